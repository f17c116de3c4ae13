import type { WebSearchTool20260318 } from '@anthropic-ai/sdk/resources/messages/messages';
import { z } from 'zod';
import { fail, succeed, type Result } from '#lib/result.ts';
import type { Settings } from '#protocol/settings.ts';
import { serverTools, type ServerToolContext } from '#model/ask-server-tool.ts';
import type { ModelDeps } from '#model/model-deps.ts';

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

/** The problem is a sentence for the model, in our words. */
export type SearchWeb = (query: WebQuery, context: ServerToolContext) => Promise<Result<WebFindings, string>>;

const MAX_TOKENS = 4_096;
const LIMIT_MS = 90_000;

/** Searches by the server tool of the Messages API. Undefined where the provider has none. */
export function searchByModel(settings: Settings, deps: ModelDeps): SearchWeb | undefined {
  const ask = serverTools(settings, deps, settings.PROXY_WEB_SEARCH);
  if (ask === undefined) return undefined;
  return async (query, context) => {
    const answered = await ask(
      {
        tool: toolFor(query),
        prompt: instruction(query.query),
        maxTokens: MAX_TOKENS,
        milliseconds: LIMIT_MS,
      },
      context,
    );
    if (!answered.ok) return fail(answered.problem === 'passing' ? TRY_AGAIN : NOT_AVAILABLE);
    return findings(
      answered.value.flatMap((block) => {
        const known = Block.safeParse(block);
        return known.success ? [known.data] : [];
      }),
    );
  };
}

const TRY_AGAIN = 'The search did not answer. Try once more; if it fails again, go on without it and say so.';
const NOT_AVAILABLE =
  'The provider of the model refused to search. Trying again will not help. Go on without it, and tell the user that ' +
  'whoever runs this server has to allow web search at the provider.';
const REFUSED = 'The provider did not accept this search. Use a shorter query, or other domains.';

const instruction = (query: string): string =>
  `Search the web once, for exactly this:\n\n${query}\n\nThen write what the results say about it, in at most 300 ` +
  'words, each statement with the address it comes from. Only what stands in the results; no advice, no questions. ' +
  'If they say nothing about it, write that.';

const toolFor = ({ allowedDomains, blockedDomains }: WebQuery): WebSearchTool20260318 => ({
  type: 'web_search_20260318',
  name: 'web_search',
  max_uses: 1,
  // Otherwise results may be read by programs that the model writes: slower, and not for every model
  allowed_callers: ['direct'],
  ...(allowedDomains.length > 0 && { allowed_domains: [...allowedDomains] }),
  ...(blockedDomains.length > 0 && { blocked_domains: [...blockedDomains] }),
});

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
