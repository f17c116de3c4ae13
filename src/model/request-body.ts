import type {
  ContentBlockParam,
  DocumentBlockParam,
  MessageCreateParamsStreaming,
  MessageParam,
  Tool,
} from '@anthropic-ai/sdk/resources/messages/messages';
import type { ModelRequest, ToolDefinition } from '#agent/model.ts';
import type { AssistantBlock, Message, UserBlock } from '#protocol/message.ts';
import { modelFacts } from '#model/prices.ts';

/** Room for thinking and a long file, without paying for a runaway answer to its very end. */
const MAX_TOKENS = 64_000;
/** Small local models refuse a request whose answer would not fit beside its prompt. */
const MAX_TOKENS_OF_UNKNOWN_MODEL = 8_192;

/**
 * `request.model` is an id here, no alias.
 *
 * Contract: two requests of one conversation share their bytes up to the newest message. So `messages` comes last, no
 * marker moves through it (the top-level `cache_control` lets the server place the moving breakpoint), and how a
 * message is written depends on that message alone.
 */
export function requestBody(
  request: ModelRequest,
  options: { readonly thinkingBlocks: boolean },
): MessageCreateParamsStreaming {
  const facts = modelFacts(request.model);
  return {
    model: request.model,
    max_tokens: Math.min(facts?.maxOutput ?? MAX_TOKENS_OF_UNKNOWN_MODEL, MAX_TOKENS),
    stream: true,
    // Without `display`, what the model says between tool calls arrives as thinking blocks with no text in them
    ...(facts?.adaptiveThinking === true && { thinking: { type: 'adaptive', display: 'summarized' } }),
    cache_control: { type: 'ephemeral' },
    ...(request.tools.length > 0 && { tools: request.tools.map(toTool) }),
    ...(request.system.trim() !== '' && {
      system: [{ type: 'text', text: request.system, cache_control: { type: 'ephemeral' } }],
    }),
    messages: request.messages
      .map((message) => toParam(message, options.thinkingBlocks))
      // An answer without a word is stored, but the API refuses it
      .filter(({ content }) => content.length > 0),
  };
}

const toTool = ({ name, description, input_schema }: ToolDefinition): Tool => ({
  name,
  description,
  input_schema: { ...input_schema, type: 'object' },
});

function toParam(message: Message, thinkingBlocks: boolean): MessageParam {
  if (message.role === 'user')
    return { role: 'user', content: message.content.filter(hasContent).map(toBlock) };
  return {
    role: 'assistant',
    content: message.content.filter((block) => hasContent(block) && (thinkingBlocks || !isThinking(block))),
  };
}

function toBlock(block: UserBlock): ContentBlockParam {
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

/** The API refuses blank text blocks, also those that a model made. */
const hasContent = (block: AssistantBlock | UserBlock) => block.type !== 'text' || block.text.trim() !== '';

const isThinking = (block: AssistantBlock) => block.type === 'thinking' || block.type === 'redacted_thinking';

export const hasThinking = (messages: readonly Message[]): boolean =>
  messages.some((message) => message.role === 'assistant' && message.content.some(isThinking));
