import { z } from 'zod';
import type { FakeAnswer, FakeRequest } from '#test/support/fake-messages-api.ts';

/**
 * A prompt that tells the fake model what to answer, step by step: so that tests need share nothing with the server
 * that answers, run side by side, and survive being killed.
 */
export const promptScript = (...steps: readonly FakeAnswer[]): string => JSON.stringify(steps);

const Body = z.object({
  messages: z.array(
    z.object({
      role: z.enum(['user', 'assistant']),
      content: z.union([
        z.string(),
        z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
      ]),
    }),
  ),
});

/** The step of the newest script that comes next; other prompts are answered with their own text. */
export function answerFromPrompt(request: FakeRequest): FakeAnswer {
  const refusal = refusals.find(({ of }) => request.raw.includes(of));
  if (refusal !== undefined) return { status: 400, type: 'invalid_request_error', message: refusal.message };
  if (request.raw.includes('"type":"web_search_')) return searchAnswer;
  if (request.raw.includes('"type":"web_fetch_')) return fetchAnswer;
  if (request.raw.includes('"compaction":{"type":"summarize"')) return summaryAnswer;
  const { messages } = Body.parse(request.body);
  for (const [index, { role, content }] of [...messages.entries()].reverse()) {
    if (role !== 'user') continue;
    const texts = typeof content === 'string' ? [content] : content.flatMap(({ text }) => text ?? []);
    const text = texts.at(-1);
    if (text === undefined) continue;
    // A summary is asked for in words of ours; what the user asks of it comes last, and may be a script too
    const script = /(?:^|keep in mind: )(\[\{[^]*)$/.exec(text)?.[1];
    if (script === undefined) return { blocks: [{ text: ['You said: ', text] }] };
    const taken = messages.slice(index).filter((message) => message.role === 'assistant').length;
    const steps: FakeAnswer[] = JSON.parse(script);
    return steps[taken] ?? { blocks: [{ text: ['The script has no more steps.'] }] };
  }
  return { status: 400, message: 'no prompt' };
}

/** A thought of another account, as it were, and an image that cannot be read. */
export const refused = { signature: 'refused==', image: 'iVBORw0KGgoUkVGVVNFRA==' } as const;
const refusals = [
  { of: `"signature":"${refused.signature}"`, message: 'Invalid signature in thinking block' },
  { of: `"data":"${refused.image}"`, message: 'Could not process image' },
];

/** To who asks for a search by the API's own tool. */
const searchAnswer: FakeAnswer = {
  blocks: [
    {
      block: {
        type: 'web_search_tool_result',
        tool_use_id: 'srvtoolu_1',
        content: [
          { type: 'web_search_result', url: 'https://page.example', title: 'A page', encrypted_content: 'x' },
        ],
      },
    },
    { text: ['What the page says.'] },
  ],
  usage: {
    input_tokens: 100,
    output_tokens: 50,
    server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 },
  },
};

/** To who asks for a page by the API's own tool. */
const fetchAnswer: FakeAnswer = {
  blocks: [
    {
      block: {
        type: 'web_fetch_tool_result',
        tool_use_id: 'srvtoolu_1',
        content: {
          type: 'web_fetch_result',
          url: 'https://page.example',
          content: {
            type: 'document',
            title: 'A page',
            source: { type: 'text', media_type: 'text/plain', data: 'What the page says, all of it.' },
          },
        },
      },
    },
    { text: ['OK'] },
  ],
  usage: {
    input_tokens: 100,
    output_tokens: 50,
    server_tool_use: { web_search_requests: 0, web_fetch_requests: 1 },
  },
};

/** To who asks for a summary by the API's own means. What it used stands beside the totals. */
const summaryAnswer: FakeAnswer = {
  blocks: [{ summary: 'What the API makes of it.' }],
  usage: {
    input_tokens: 0,
    output_tokens: 0,
    iterations: [{ type: 'compaction', input_tokens: 144, output_tokens: 276 }],
  },
};
