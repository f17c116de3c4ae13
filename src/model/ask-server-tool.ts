import type {
  MessageParam,
  WebFetchTool20260318,
  WebSearchTool20260318,
} from '@anthropic-ai/sdk/resources/messages/messages';
import { AnthropicError } from '@anthropic-ai/sdk/error';
import { z } from 'zod';
import type { Spent } from '#agent/step.ts';
import { timedOptions } from '#lib/connections.ts';
import { withDeadline, type Deadline } from '#lib/deadline.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import { noUsage, type Usage } from '#protocol/message.ts';
import type { Settings } from '#protocol/settings.ts';
import { modelId } from '#model/aliases.ts';
import { problemOfError } from '#model/api-problem.ts';
import { connect } from '#model/connect.ts';
import type { ModelDeps } from '#model/model-deps.ts';
import { costOf, modelFacts } from '#model/prices.ts';
import { chooseProvider } from '#model/providers.ts';
import { thinkingFields } from '#model/thinking-fields.ts';

/** So often what the provider paused goes on. */
const MAX_CALLS = 3;

export interface ServerToolContext {
  readonly signal: AbortSignal;
  readonly spend: (spent: Spent) => void;
}

interface ServerToolRequest {
  readonly tool: WebSearchTool20260318 | WebFetchTool20260318;
  readonly prompt: string;
  readonly maxTokens: number;
  /** For all of it; what the requests wait for others is not counted. */
  readonly milliseconds: number;
}

/**
 * The blocks of the answer as they came, in order. The problem: whether another try may help, or the provider does not
 * do this for us.
 */
export type AskServerTool = (
  request: ServerToolRequest,
  context: ServerToolContext,
) => Promise<Result<readonly unknown[], 'passing' | 'refused'>>;

/**
 * Uses one of the API's own tools, in a model call of its own. Undefined where the provider has none.
 *
 * Why not as a tool of the conversation's own calls: there a pause, a call of ours beside one of theirs, and results
 * that only their account can read would stand in the transcript, and no other provider, and no older model, would
 * take it any more. This way it is a call like any other: rules, plan mode, hooks and subagents hold for it too.
 */
export function serverTools(
  settings: Settings,
  deps: ModelDeps,
  /** Of a server at PROXY_BASE_URL. */
  proxyHasIt: boolean,
): AskServerTool | undefined {
  const chosen = chooseProvider(settings);
  if (!chosen.ok) return undefined;
  const provider = chosen.value;
  if (provider.id !== 'claude' && !(provider.id === 'proxy' && proxyHasIt)) return undefined;
  const messages = connect(provider, { deps, maxRetries: 2 });
  const model = modelId(settings, provider.id, 'haiku');

  const ask = async (
    { tool, prompt, maxTokens }: ServerToolRequest,
    { signal, spend }: ServerToolContext,
    time: Deadline,
  ): ReturnType<AskServerTool> => {
    const fetchOptions = timedOptions(time);
    const asked: MessageParam = { role: 'user', content: prompt };
    const rest = { model, max_tokens: maxTokens, ...withoutThinking(model, maxTokens), tools: [tool] };
    let said: MessageParam[] = [];
    let blocks: unknown[] = [];
    for (let call = 1; call <= MAX_CALLS; call += 1) {
      // In pieces, because a connection is taken only until the headers are there
      const stream = messages.stream(
        { ...rest, messages: [asked, ...said] },
        { signal: time.signal, fetchOptions },
      );
      let begun = false;
      stream.once('streamEvent', () => (begun = true));
      try {
        const answer = await stream.finalMessage();
        const { content, usage, stop_reason } = Answer.parse(answer);
        if (stop_reason === null) return fail('passing');
        spend({ usage, cost: costOf(model, usage) });
        blocks = [...blocks, ...content];
        if (stop_reason !== 'pause_turn') break;
        said = [{ role: 'assistant', content: [...said.flatMap(blocksOf), ...answer.content] }];
      } catch (error) {
        if (signal.aborted) throw error;
        const problem = problemOfError(error, deps.clock.now());
        // The SDK's word for a stream that breaks off, or that is none
        if (problem === undefined && error instanceof AnthropicError)
          return fail(begun ? 'passing' : 'refused');
        if (problem === undefined) throw error;
        const { reason, status, requestId } = problem;
        deps.log.warn(`${tool.name}_failed`, { reason, status, requestId, provider: provider.id });
        return fail(problem.retry ? 'passing' : 'refused');
      }
    }
    return succeed(blocks);
  };
  return (request, context) =>
    withDeadline(request.milliseconds, context.signal, (time) => ask(request, context, time));
}

function withoutThinking(model: string, maxTokens: number) {
  const facts = modelFacts(model);
  return facts === undefined ? {} : thinkingFields({ thinking: 'off', effort: 'low' }, facts, maxTokens);
}

const blocksOf = ({ content }: MessageParam) => (typeof content === 'string' ? [] : content);

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
  content: z.array(z.unknown()),
  usage: AnswerUsage,
  stop_reason: z.string().nullable(),
});
