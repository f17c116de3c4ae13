import type { StopReason } from '#agent/model.ts';
import { assertNever } from '#lib/assert-never.ts';
import { addUsage, noUsage, ToolUseBlock, type AssistantBlock, type Usage } from '#protocol/message.ts';
import { parseJson } from '#model/parse-json.ts';
import type { BlockDelta, BlockStart, StreamEvent, StreamUsage } from '#model/stream-event.ts';

/** What an onlooker may see before the answer is whole. */
export type AnswerStep =
  | { readonly type: 'text_delta'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string };

export interface Answer {
  readonly content: readonly AssistantBlock[];
  readonly stop: StopReason;
  readonly usage: Usage;
  readonly model?: string;
  /** Ids of calls whose input broke off. */
  readonly incompleteCalls: readonly string[];
}

/** Blocks under construction are written into in place. */
type Draft = BlockStart & { json: string; closed: boolean };

export interface AnswerAssembler {
  /** Takes the next event; what it makes visible comes back. */
  take(event: StreamEvent): AnswerStep | undefined;
  /** The answer, or undefined while it is not known how it ends. */
  answer(): Answer | undefined;
}

export function assembleAnswer(): AnswerAssembler {
  const drafts = new Map<number, Draft>();
  let usage = noUsage;
  let compacting = noUsage;
  let model: string | undefined;
  let stopReason: string | undefined;
  let stopped = false;

  return {
    take(event) {
      switch (event.type) {
        case 'message_start':
          model = event.message.model;
          usage = update(usage, event.message.usage);
          compacting = compactionUsage(event.message.usage) ?? compacting;
          return undefined;
        case 'content_block_start': {
          const { content_block: block, index } = event;
          drafts.set(index, { ...block, json: '', closed: false });
          return block.type === 'text' && block.text !== ''
            ? { type: 'text_delta', text: block.text }
            : undefined;
        }
        case 'content_block_delta': {
          const draft = drafts.get(event.index);
          return draft === undefined ? undefined : extend(draft, event.delta);
        }
        case 'content_block_stop': {
          const draft = drafts.get(event.index);
          if (draft === undefined || draft.closed) return undefined;
          draft.closed = true;
          return draft.type === 'thinking'
            ? { type: 'thinking', thinking: draft.thinking, signature: draft.signature }
            : undefined;
        }
        case 'message_delta':
          stopReason = event.delta.stop_reason ?? stopReason;
          usage = update(usage, event.usage);
          compacting = compactionUsage(event.usage) ?? compacting;
          return undefined;
        case 'message_stop':
          stopped = true;
          return undefined;
        case 'error':
          return undefined;
        default:
          return assertNever(event);
      }
    },

    answer() {
      if (!stopped && stopReason === undefined) return undefined;
      const finished = [...drafts.values()].map(finish);
      const content = finished.flatMap(({ block }) => (block === undefined ? [] : [block]));
      return {
        content,
        stop: toStop(stopReason, content),
        usage: addUsage(usage, compacting),
        ...(model !== undefined && { model }),
        incompleteCalls: finished.flatMap(({ incompleteCall }) => incompleteCall ?? []),
      };
    },
  };
}

function extend(draft: Draft, delta: BlockDelta): AnswerStep | undefined {
  switch (delta.type) {
    case 'text_delta':
      if (draft.type !== 'text' || delta.text === '') return undefined;
      draft.text += delta.text;
      return { type: 'text_delta', text: delta.text };
    case 'thinking_delta':
      if (draft.type === 'thinking') draft.thinking += delta.thinking;
      return undefined;
    case 'signature_delta':
      if (draft.type === 'thinking') draft.signature = delta.signature;
      return undefined;
    case 'input_json_delta':
      draft.json += delta.partial_json;
      return undefined;
    default:
      return assertNever(delta);
  }
}

/** Keys are in the order of the schemas in protocol/: a block that was stored and read has the same bytes. */
function finish(draft: Draft): { readonly block?: AssistantBlock; readonly incompleteCall?: string } {
  switch (draft.type) {
    case 'text':
      return draft.text === '' ? {} : { block: { type: 'text', text: draft.text } };
    case 'thinking':
      return { block: { type: 'thinking', thinking: draft.thinking, signature: draft.signature } };
    case 'redacted_thinking':
      return { block: { type: 'redacted_thinking', data: draft.data } };
    case 'tool_use': {
      const { id, name } = draft;
      // Some servers send the whole input at the start of the block, and no deltas
      const input = draft.json.trim() === '' ? (draft.input ?? {}) : parseJson(draft.json);
      const call = ToolUseBlock.safeParse({ type: 'tool_use', id, name, input });
      return call.success
        ? { block: call.data }
        : { block: { type: 'tool_use', id, name, input: {} }, incompleteCall: id };
    }
    case 'compaction':
      return draft.content === '' ? {} : { block: { type: 'text', text: draft.content } };
    default:
      return assertNever(draft);
  }
}

function toStop(reason: string | undefined, content: readonly AssistantBlock[]): StopReason {
  switch (reason) {
    case 'end_turn':
    case 'stop_sequence':
    case 'tool_use':
    case 'compaction':
    case undefined:
      // Some servers end a message with calls as if it were the last one, or the other way round
      return content.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn';
    case 'max_tokens':
    case 'refusal':
      return reason;
    case 'model_context_window_exceeded':
      return 'context_full';
    default:
      return 'other';
  }
}

/** Counts are running totals: a later one replaces an earlier, an absent one does not. */
function update(before: Usage, now: StreamUsage): Usage {
  const served = now.server_tool_use ?? before.server_tool_use;
  return {
    input_tokens: now.input_tokens ?? before.input_tokens,
    output_tokens: now.output_tokens ?? before.output_tokens,
    cache_creation_input_tokens: now.cache_creation_input_tokens ?? before.cache_creation_input_tokens,
    cache_read_input_tokens: now.cache_read_input_tokens ?? before.cache_read_input_tokens,
    ...(served !== undefined && { server_tool_use: served }),
  };
}

/** What the API used for a summary of its own, which its totals leave out; undefined where it tells nothing of it. */
const compactionUsage = ({ iterations }: StreamUsage): Usage | undefined =>
  iterations
    ?.filter(({ type }) => type === 'compaction')
    .reduce((sum, iteration) => addUsage(sum, update(noUsage, iteration)), noUsage);
