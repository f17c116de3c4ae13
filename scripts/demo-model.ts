/** The model that answers when no key is set: a real Messages API on this machine that follows scripts/demo-model/. */
import { LLMock, type ChatCompletionRequest, type FixtureResponse } from '@copilotkit/aimock';
import { z } from 'zod';
import answers from './demo-model/answers.json' with { type: 'json' };

const Step = z.object({
  thinking: z.string().optional(),
  /** Lines. */
  text: z.array(z.string()),
  /** `$1` in an input stands for what the first group of `when` caught. */
  calls: z.array(z.object({ name: z.string(), input: z.record(z.string(), z.string()) })).optional(),
});
type Step = z.infer<typeof Step>;

/** The first script wins whose `when` is found in the newest message of the user and whose tools are all offered. */
const Script = z.object({ name: z.string(), when: z.string(), steps: z.array(Step).min(1) });

/** About what a fast model does: some 600 characters a second, after a moment of thought. */
const pace = { chunkSize: 12, streamingProfile: { ttft: 250, tps: 50, jitter: 0.3 } };

export interface DemoModel {
  /** For PROXY_BASE_URL. */
  readonly url: string;
  close(): Promise<void>;
}

/** Contract: answers any number of conversations until it is closed. Port 0 takes a free one; `speed` 10 is ten times as fast. */
export async function startDemoModel({
  port,
  speed = 1,
}: {
  readonly port: number;
  readonly speed?: number;
}): Promise<DemoModel> {
  const mock = new LLMock({ port, host: '127.0.0.1', replaySpeed: speed, journalMaxEntries: 10 });
  for (const { when, steps } of Script.array().parse(answers)) {
    const pattern = new RegExp(when, 'i');
    const tools = steps.flatMap(({ calls = [] }) => calls.map(({ name }) => name));
    for (const [index, step] of steps.entries()) {
      mock.on(
        {
          predicate: (request) =>
            pattern.test(newestUserText(request)) &&
            offers(request, tools) &&
            Math.min(stepsTaken(request), steps.length - 1) === index,
        },
        (request) => toResponse(step, pattern.exec(newestUserText(request))?.[1] ?? ''),
        pace,
      );
    }
  }
  const url = await mock.start();
  return { url, close: () => mock.stop() };
}

/** How often the model has spoken since the user did: that many steps of its script are done. */
const stepsTaken = ({ messages }: ChatCompletionRequest): number =>
  messages
    .slice(messages.findLastIndex(({ role }) => role === 'user'))
    .filter(({ role }) => role === 'assistant').length;

function newestUserText({ messages }: ChatCompletionRequest): string {
  const content = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  return typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('\n');
}

function offers({ tools = [] }: ChatCompletionRequest, wanted: readonly string[]): boolean {
  const offered = new Set(tools.map((tool) => tool.function.name));
  return wanted.every((name) => offered.has(name));
}

function toResponse({ thinking, text, calls }: Step, caught: string): FixtureResponse {
  const answer = {
    // An id without a price, so that a demo costs nothing
    model: 'demo-model',
    content: text.join('\n'),
    ...(thinking !== undefined && { reasoning: thinking }),
  };
  if (calls === undefined) return answer;
  return {
    ...answer,
    toolCalls: calls.map(({ name, input }) => ({ name, arguments: fillIn(input, caught) })),
  };
}

const fillIn = (input: Readonly<Record<string, string>>, caught: string): string =>
  JSON.stringify(input, (_key, value: unknown) => (value === '$1' ? caught : value));
