import type { Model, ModelPart, ModelRequest } from '#agent/model.ts';
import type { AssistantBlock } from '#protocol/message.ts';

/** One model call of a script: its parts, or a function that waits, throws or looks at the request. */
export type ScriptedCall =
  | readonly ModelPart[]
  | ((request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelPart>);

/** A model that says what a test wrote down, and keeps what it was asked. */
export function scriptedModel(calls: readonly ScriptedCall[]): Model & { readonly requests: ModelRequest[] } {
  const requests: ModelRequest[] = [];
  return {
    requests,
    async *stream(request, signal) {
      requests.push(structuredClone(request));
      const call = calls[requests.length - 1];
      if (call === undefined) throw new Error(`the script has no call ${requests.length}`);
      yield* typeof call === 'function' ? call(request, signal) : call;
    },
  };
}

export const usage = {
  input_tokens: 10,
  output_tokens: 5,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
};

type MessagePart = Extract<ModelPart, { type: 'message' }>;

export const message = (content: readonly AssistantBlock[], rest: Partial<MessagePart> = {}): ModelPart => ({
  type: 'message',
  content,
  stop: content.some((block) => block.type === 'tool_use') ? 'tool_use' : 'end_turn',
  usage,
  model: 'scripted',
  cost: 0.5,
  ...rest,
});

/** A plain answer, streamed in pieces. */
export const says = (...pieces: string[]): ModelPart[] => [
  ...pieces.map((text): ModelPart => ({ type: 'text_delta', text })),
  message([{ type: 'text', text: pieces.join('') }]),
];

export const calls = (
  ...uses: (readonly [id: string, name: string, input?: Record<string, unknown>])[]
): ModelPart[] => [message(uses.map(([id, name, input = {}]) => ({ type: 'tool_use', id, name, input })))];
