import type {
  MessageCreateParamsNonStreaming,
  MessageParam,
  WebSearchTool20260318,
} from '@anthropic-ai/sdk/resources/messages/messages';
import { z } from 'zod';
import type { Spent } from '#agent/step.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import { noUsage, type Usage } from '#protocol/message.ts';
import type { Settings } from '#protocol/settings.ts';
import { modelId } from '#model/aliases.ts';
import { problemOfError } from '#model/api-problem.ts';
import { connect } from '#model/connect.ts';
import type { ModelDeps } from '#model/model-deps.ts';
import { costOf, modelFacts } from '#model/prices.ts';
import { chooseProvider, type Provider } from '#model/providers.ts';
import { thinkingFields } from '#model/thinking-fields.ts';

export interface WebQuery {
  readonly query: string;
  /** At most one of the two is not empty. */
  readonly allowedDomains: readonly string[];
  readonly blockedDomains: readonly string[];
}

/** All of it is from the web, or was written by a model that read the web. */
export interface WebFindings {
  readonly results: readonly { readonly title: string; readonly url: string; readonly age?: string }[];
  /** May be empty. */
  readonly summary: string;
}

interface SearchContext {
  readonly signal: AbortSignal;
  readonly spend: (spent: Spent) => void;
}

/** The problem is a sentence for the model, in our words. */
export type SearchWeb = (query: WebQuery, context: SearchContext) => Promise<Result<WebFindings, string>>;

const MAX_TOKENS = 4_096;
/** So often a search that the provider paused goes on. */
const MAX_CALLS = 3;

/**
 * Searches by the server tool of the Messages API, in a model call of its own. Undefined where the provider has none.
 *
 * Why not as a tool of the conversation's own calls: there a pause, a call of ours beside one of theirs, and results
 * that only their account can read would stand in the transcript, and no other provider, and no older model, would
 * take it any more. This way a search is a call like any other: rules, plan mode, hooks and subagents hold for it too.
 */
export function searchByModel(settings: Settings, deps: ModelDeps): SearchWeb | undefined {
  const chosen = chooseProvider(settings);
  if (!chosen.ok || !canSearch(chosen.value, settings)) return undefined;
  const messages = connect(chosen.value, { deps, maxRetries: 2 });
  const model = modelId(settings, chosen.value.id, 'haiku');

  return async (query, { signal, spend }) => {
    const prompt: MessageParam = { role: 'user', content: instruction(query.query) };
    let said: MessageParam[] = [];
    let blocks: Block[] = [];
    for (let call = 1; call <= MAX_CALLS; call += 1) {
      try {
        const answer = await messages.create(searchBody(model, query, [prompt, ...said]), { signal });
        const read = Answer.safeParse(answer);
        if (!read.success) return fail(NOT_AVAILABLE);
        const { content, usage, stop_reason } = read.data;
        spend({ usage, cost: costOf(model, usage) });
        blocks = [...blocks, ...content];
        if (stop_reason !== 'pause_turn') break;
        said = [{ role: 'assistant', content: [...said.flatMap(blocksOf), ...answer.content] }];
      } catch (error) {
        if (signal.aborted) throw error;
        const problem = problemOfError(error, deps.clock.now());
        if (problem === undefined) throw error;
        const { reason, status, requestId } = problem;
        deps.log.warn('web_search_failed', { reason, status, requestId, provider: chosen.value.id });
        return fail(problem.retry ? TRY_AGAIN : NOT_AVAILABLE);
      }
    }
    return findings(blocks);
  };
}

const canSearch = ({ id }: Provider, settings: Settings): boolean =>
  id === 'claude' || (id === 'proxy' && settings.PROXY_WEB_SEARCH);

const TRY_AGAIN = 'The search did not answer. Try once more; if it fails again, go on without it and say so.';
const NOT_AVAILABLE =
  'The provider of the model refused to search. Trying again will not help. Go on without it, and tell the user that ' +
  'whoever runs this server has to allow web search at the provider.';
const REFUSED = 'The provider did not accept this search. Use a shorter query, or other domains.';

const instruction = (query: string): string =>
  `Search the web once, for exactly this:\n\n${query}\n\nThen write what the results say about it, in at most 300 ` +
  'words, each statement with the address it comes from. Only what stands in the results; no advice, no questions. ' +
  'If they say nothing about it, write that.';

function searchBody(
  model: string,
  { allowedDomains, blockedDomains }: WebQuery,
  messages: MessageParam[],
): MessageCreateParamsNonStreaming {
  const tool: WebSearchTool20260318 = {
    type: 'web_search_20260318',
    name: 'web_search',
    max_uses: 1,
    // Otherwise results may be read by programs that the model writes: slower, and not for every model
    allowed_callers: ['direct'],
    ...(allowedDomains.length > 0 && { allowed_domains: [...allowedDomains] }),
    ...(blockedDomains.length > 0 && { blocked_domains: [...blockedDomains] }),
  };
  const facts = modelFacts(model);
  const thinking =
    facts === undefined ? {} : thinkingFields({ thinking: 'off', effort: 'low' }, facts, MAX_TOKENS);
  return { model, max_tokens: MAX_TOKENS, ...thinking, tools: [tool], messages };
}

const blocksOf = ({ content }: MessageParam) => (typeof content === 'string' ? [] : content);

const TextBlock = z.object({ type: z.literal('text'), text: z.string() });

const SearchResults = z.object({
  type: z.literal('web_search_tool_result'),
  content: z.union([
    z.array(
      z.object({ url: z.string(), title: z.string().catch(''), page_age: z.string().nullish().catch(null) }),
    ),
    z.object({ error_code: z.string() }),
  ]),
});

/** Those we read; all others (`server_tool_use`, thinking …) stand for nothing. */
const Block = z.discriminatedUnion('type', [TextBlock, SearchResults]);
type Block = z.infer<typeof Block>;

const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0)
  .catch(0);

const AnswerUsage = z
  .object({
    input_tokens: count,
    output_tokens: count,
    cache_creation_input_tokens: count,
    cache_read_input_tokens: count,
    server_tool_use: z
      .object({ web_search_requests: count, web_fetch_requests: count })
      .nullish()
      .catch(null),
  })
  .transform(({ server_tool_use, ...tokens }): Usage => ({
    ...tokens,
    ...(server_tool_use && { server_tool_use }),
  }))
  .catch(noUsage);

const Answer = z.object({
  content: z.array(z.unknown()).transform((blocks) =>
    blocks.flatMap((block) => {
      const known = Block.safeParse(block);
      return known.success ? [known.data] : [];
    }),
  ),
  usage: AnswerUsage,
  stop_reason: z.string().nullish().catch(null),
});

function findings(blocks: readonly Block[]): Result<WebFindings, string> {
  const searches = blocks.flatMap((block) => (block.type === 'text' ? [] : [block.content]));
  const results = searches.flatMap((content) => (Array.isArray(content) ? content : []));
  const errors = searches.flatMap((content) => (Array.isArray(content) ? [] : [content.error_code]));
  if (results.length === 0 && errors[0] !== undefined) {
    return fail(passing.has(errors[0]) ? TRY_AGAIN : REFUSED);
  }
  const lastSearch = blocks.findLastIndex(({ type }) => type === 'web_search_tool_result');
  const summary = blocks
    // What stands before the results announces the search
    .slice(lastSearch + 1)
    .map((block) => (block.type === 'text' ? block.text : ''))
    .join('')
    .trim();
  return succeed({
    results: results.map(({ url, title, page_age }) => ({
      url,
      title,
      ...(typeof page_age === 'string' && { age: page_age }),
    })),
    // Without results it would be what the model remembers, not what the web says
    summary: results.length === 0 ? '' : summary,
  });
}

const passing: ReadonlySet<string> = new Set(['unavailable', 'too_many_requests']);
