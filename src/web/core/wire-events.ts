import type { ServerEvent } from '#protocol/server-event.ts';
import {
  boolean,
  isRecord,
  list,
  literal,
  nullable,
  number,
  object,
  optional,
  record,
  string,
  textOrList,
  type Shape,
} from '#web/core/shape.ts';

/** What the page reads from its socket. Tied to the protocol's types: a drift does not compile. */

const numbered = { event_id: optional(number) };
const parented = { parent_tool_use_id: optional(string) };

export const permissionMode = literal('default', 'acceptEdits', 'plan', 'bypassPermissions');

type EventOf<Type extends ServerEvent['type']> = Extract<ServerEvent, { type: Type }>;

const eventShapes: { readonly [Type in ServerEvent['type']]: Shape<EventOf<Type>> } = {
  session_id: object({ type: literal('session_id'), session_id: string, ...numbered }),
  user_message: object({
    type: literal('user_message'),
    content: textOrList,
    message_id: nullable(string),
    ...numbered,
  }),
  text_delta: object({ type: literal('text_delta'), text: string, ...parented, ...numbered }),
  assistant_text: object({ type: literal('assistant_text'), text: string, ...numbered }),
  content_block: object({
    type: literal('content_block'),
    block: (value, path) => ({ ...record(value, path), type: blockType(value, path) }),
    ...parented,
    ...numbered,
  }),
  tool_use: object({
    type: literal('tool_use'),
    id: string,
    name: string,
    input: record,
    ...parented,
    ...numbered,
  }),
  tool_result: object({
    type: literal('tool_result'),
    tool_use_id: string,
    content: string,
    is_error: nullable(boolean),
    ...parented,
    ...numbered,
  }),
  done: object({
    type: literal('done'),
    turn_count: number,
    total_cost_usd: number,
    turn_cost_usd: optional(number),
    duration_ms: number,
    duration_api_ms: number,
    is_error: boolean,
    usage: optional(
      object({
        input_tokens: number,
        output_tokens: number,
        cache_creation_input_tokens: number,
        cache_read_input_tokens: number,
        context_window: optional(number),
      }),
    ),
    ...numbered,
  }),
  ask_user_question: object({
    type: literal('ask_user_question'),
    question_id: string,
    questions: list(
      object({
        question: string,
        header: string,
        options: list(object({ label: string, description: string })),
        multiSelect: boolean,
      }),
    ),
    timeout: number,
    ...numbered,
  }),
  plan_approval: object({
    type: literal('plan_approval'),
    plan_id: string,
    title: string,
    summary: string,
    steps: list(object({ description: string, status: literal('pending', 'in_progress', 'completed') })),
    timeout: number,
    ...numbered,
  }),
  approval_request: object({
    type: literal('approval_request'),
    approval_id: string,
    tool: string,
    input: record,
    ...numbered,
  }),
  permission_mode: object({ type: literal('permission_mode'), mode: permissionMode }),
  turn_resumed: object({ type: literal('turn_resumed'), ...numbered }),
  compact_started: object({ type: literal('compact_started'), ...numbered }),
  compact_completed: object({
    type: literal('compact_completed'),
    session_id: string,
    summary: string,
    ...numbered,
  }),
  cancelled: object({ type: literal('cancelled'), ...numbered }),
  ready: object({
    type: literal('ready'),
    cwd_id: string,
    session_id: optional(string),
    resumed: optional(boolean),
    turn_count: optional(number),
  }),
  reply_taken: object({ type: literal('reply_taken'), tool_use_id: string }),
  error: object({ type: literal('error'), error: string, tool_use_id: optional(string), ...numbered }),
  file_uploaded: object({
    type: literal('file_uploaded'),
    file: object({ original_name: string }),
  }),
  file_deleted: object({
    type: literal('file_deleted'),
    safe_name: string,
    file_type: literal('input', 'output'),
  }),
};

const blockType: Shape<string> = (value, path) => string(record(value, path)['type'], `${path}.type`);

const isKnown = (type: unknown): type is ServerEvent['type'] =>
  typeof type === 'string' && Object.hasOwn(eventShapes, type);

/** Null for an event of a kind this page does not know: a newer server may send them. */
export function readEvent(frame: string): ServerEvent | null {
  const value: unknown = JSON.parse(frame);
  if (!isRecord(value) || !isKnown(value['type'])) return null;
  return eventShapes[value['type']](value, '');
}
