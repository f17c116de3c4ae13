import type {
  ContentBlockParam,
  DocumentBlockParam,
  MessageCreateParamsStreaming,
  MessageParam,
  Tool,
} from '@anthropic-ai/sdk/resources/messages/messages';
import type { ModelRequest, ToolDefinition } from '#agent/model.ts';
import { repairMessages } from '#agent/repair-messages.ts';
import type { Message, UserBlock } from '#protocol/message.ts';
import { modelFacts, type ModelFacts } from '#model/prices.ts';
import { thinkingFields } from '#model/thinking-fields.ts';

/** Room for thinking and a long file, without paying for a runaway answer to its very end. */
const MAX_TOKENS = 64_000;
/** Small local models refuse a request whose answer would not fit beside its prompt. */
const MAX_TOKENS_OF_UNKNOWN_MODEL = 8_192;

/**
 * `request.model` is an id here, no alias. `plain`: without settings of thinking that a server may not know.
 *
 * Contract: two requests of one conversation share their bytes up to the newest message. So `messages` comes last, no
 * marker moves through it (the top-level `cache_control` lets the server place the moving breakpoint), and how a
 * message is written depends on nothing that stands behind it.
 */
export function requestBody(
  request: ModelRequest,
  { plain = false }: { readonly plain?: boolean } = {},
): MessageCreateParamsStreaming {
  const facts = modelFacts(request.model);
  const maxTokens = maxTokensOf(request, facts);
  const hasDefault = facts?.adaptiveThinking === true;
  return {
    model: request.model,
    max_tokens: maxTokens,
    stream: true,
    ...((!plain || hasDefault) && thinkingFields(plain ? {} : request, facts, maxTokens)),
    cache_control: { type: 'ephemeral' },
    ...(request.tools.length > 0 && { tools: request.tools.map(toTool) }),
    ...(request.system.trim() !== '' && {
      system: [{ type: 'text', text: request.system, cache_control: { type: 'ephemeral' } }],
    }),
    messages: repairMessages(request.messages).map(toParam),
  };
}

function maxTokensOf({ thinking }: ModelRequest, facts: ModelFacts | undefined): number {
  if (facts !== undefined) return Math.min(facts.maxOutput, MAX_TOKENS);
  return MAX_TOKENS_OF_UNKNOWN_MODEL + (typeof thinking === 'number' ? thinking : 0);
}

const toTool = ({ name, description, input_schema }: ToolDefinition): Tool => ({
  name,
  description,
  input_schema: { ...input_schema, type: 'object' },
});

const toParam = ({ role, content }: Message): MessageParam => ({
  role,
  content: content.map(toBlock),
});

function toBlock(block: Message['content'][number]): ContentBlockParam {
  if (block.type === 'document') return toDocument(block);
  if (block.type !== 'tool_result') return block;
  const { content, is_error } = block;
  return {
    type: 'tool_result',
    tool_use_id: block.tool_use_id,
    content:
      typeof content === 'string'
        ? content
        : content.map((part) => (part.type === 'document' ? toDocument(part) : part)),
    ...(is_error !== undefined && { is_error }),
  };
}

const toDocument = ({ source, title }: DocumentBlock): DocumentBlockParam => ({
  type: 'document',
  source,
  ...(title !== undefined && { title }),
});

type DocumentBlock = Extract<UserBlock, { type: 'document' }>;
