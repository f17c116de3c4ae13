import { z } from 'zod';

/**
 * The events of a streamed answer (https://platform.claude.com/docs/en/build-with-claude/streaming). Servers that only
 * resemble the API leave fields out or send null, so whatever we can do without is optional here.
 */

const count = z.number().nonnegative().optional().catch(undefined);
const text = z.string().catch('');

const tokens = {
  input_tokens: count,
  output_tokens: count,
  cache_creation_input_tokens: count,
  cache_read_input_tokens: count,
};

const StreamUsage = z
  .object({
    ...tokens,
    /** Those of the type `compaction` are not part of the totals above. */
    iterations: z
      .array(z.object({ type: text, ...tokens }))
      .optional()
      .catch(undefined),
    server_tool_use: z
      .object({ web_search_requests: z.number().catch(0), web_fetch_requests: z.number().catch(0) })
      .optional()
      .catch(undefined),
  })
  .catch({});
export type StreamUsage = z.infer<typeof StreamUsage>;

const BlockStart = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text }),
  z.object({ type: z.literal('thinking'), thinking: text, signature: text }),
  z.object({ type: z.literal('redacted_thinking'), data: z.string() }),
  z.object({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.unknown() }),
  /** Comes whole, without deltas. */
  z.object({ type: z.literal('compaction'), content: text }),
]);
export type BlockStart = z.infer<typeof BlockStart>;

const BlockDelta = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text_delta'), text: z.string() }),
  z.object({ type: z.literal('thinking_delta'), thinking: z.string() }),
  z.object({ type: z.literal('signature_delta'), signature: z.string() }),
  z.object({ type: z.literal('input_json_delta'), partial_json: z.string() }),
]);
export type BlockDelta = z.infer<typeof BlockDelta>;

export const StreamEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message_start'),
    message: z
      .object({ model: z.string().optional().catch(undefined), usage: StreamUsage })
      .catch({ usage: {} }),
  }),
  z.object({ type: z.literal('content_block_start'), index: z.number(), content_block: BlockStart }),
  z.object({ type: z.literal('content_block_delta'), index: z.number(), delta: BlockDelta }),
  z.object({ type: z.literal('content_block_stop'), index: z.number() }),
  z.object({
    type: z.literal('message_delta'),
    delta: z.object({ stop_reason: z.string().optional().catch(undefined) }).catch({}),
    usage: StreamUsage,
  }),
  z.object({ type: z.literal('message_stop') }),
  z.object({
    type: z.literal('error'),
    error: z.object({ type: text, message: text }).catch({ type: '', message: '' }),
  }),
]);
export type StreamEvent = z.infer<typeof StreamEvent>;
