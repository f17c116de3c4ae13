import { z } from 'zod';

/**
 * The blocks of a conversation, in the shape of the Messages API
 * (https://docs.claude.com/en/api/messages). They are stored, sent to the model and shown.
 */

const ImageMediaType = z.enum(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);
/** What the model can be shown as an image. */
export const imageMediaTypes: ReadonlySet<string> = new Set(ImageMediaType.options);

export const TextBlock = z.object({ type: z.literal('text'), text: z.string() });

export const ImageBlock = z.object({
  type: z.literal('image'),
  source: z.discriminatedUnion('type', [
    z.object({ type: z.literal('base64'), media_type: ImageMediaType, data: z.string() }),
    z.object({ type: z.literal('url'), url: z.string() }),
  ]),
});

export const DocumentBlock = z.object({
  type: z.literal('document'),
  source: z.object({ type: z.literal('base64'), media_type: z.literal('application/pdf'), data: z.string() }),
  title: z.string().optional(),
});

export const ThinkingBlock = z.object({
  type: z.literal('thinking'),
  thinking: z.string(),
  /** Must go back to the model unchanged, or it refuses the conversation. */
  signature: z.string(),
});

export type ThinkingBlock = z.infer<typeof ThinkingBlock>;

export const RedactedThinkingBlock = z.object({ type: z.literal('redacted_thinking'), data: z.string() });

export const ToolUseBlock = z.object({
  type: z.literal('tool_use'),
  id: z.string(),
  name: z.string(),
  input: z.record(z.string(), z.unknown()),
});
export type ToolUseBlock = z.infer<typeof ToolUseBlock>;

export const ToolResultContent = z.discriminatedUnion('type', [TextBlock, ImageBlock, DocumentBlock]);
export type ToolResultContent = z.infer<typeof ToolResultContent>;

export const ToolResultBlock = z.object({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: z.union([z.string(), z.array(ToolResultContent)]),
  is_error: z.boolean().optional(),
});
export type ToolResultBlock = z.infer<typeof ToolResultBlock>;

export const AssistantBlock = z.discriminatedUnion('type', [
  TextBlock,
  ThinkingBlock,
  RedactedThinkingBlock,
  ToolUseBlock,
]);
export type AssistantBlock = z.infer<typeof AssistantBlock>;

export const UserBlock = z.discriminatedUnion('type', [
  TextBlock,
  ImageBlock,
  DocumentBlock,
  ToolResultBlock,
]);
export type UserBlock = z.infer<typeof UserBlock>;

export const Message = z.discriminatedUnion('role', [
  z.object({ role: z.literal('user'), content: z.array(UserBlock) }),
  z.object({ role: z.literal('assistant'), content: z.array(AssistantBlock) }),
]);
export type Message = z.infer<typeof Message>;

export const Tokens = z.object({
  input_tokens: z.number(),
  output_tokens: z.number(),
  cache_creation_input_tokens: z.number(),
  cache_read_input_tokens: z.number(),
});

/** Calls of tools that the provider of the model runs, and charges for. */
export const ServerToolUse = z.object({
  web_search_requests: z.number(),
  web_fetch_requests: z.number(),
});

/** What one model call used, or the sum over several. */
export const Usage = Tokens.extend({
  /** Absent where there was none. */
  server_tool_use: ServerToolUse.optional(),
});
export type Usage = z.infer<typeof Usage>;

export const noUsage: Usage = {
  input_tokens: 0,
  output_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
};

export const addUsage = (left: Usage, right: Usage): Usage => ({
  input_tokens: left.input_tokens + right.input_tokens,
  output_tokens: left.output_tokens + right.output_tokens,
  cache_creation_input_tokens: left.cache_creation_input_tokens + right.cache_creation_input_tokens,
  cache_read_input_tokens: left.cache_read_input_tokens + right.cache_read_input_tokens,
  ...addServerToolUse(left.server_tool_use, right.server_tool_use),
});

function addServerToolUse(
  left: Usage['server_tool_use'],
  right: Usage['server_tool_use'],
): Pick<Usage, 'server_tool_use'> {
  if (left === undefined && right === undefined) return {};
  return {
    server_tool_use: {
      web_search_requests: (left?.web_search_requests ?? 0) + (right?.web_search_requests ?? 0),
      web_fetch_requests: (left?.web_fetch_requests ?? 0) + (right?.web_fetch_requests ?? 0),
    },
  };
}
