import { z } from 'zod';
import { ServerToolUse } from '#protocol/message.ts';

/**
 * What a session tells its clients, over the WebSocket as one JSON object a frame, over SSE as event and data.
 *
 * `event_id` is the position in the session's stream *after* the event: a text delta advances it by its length
 * in UTF-16 units, any other event by one. A client that comes back with `?last_event=<event_id>` gets what
 * follows, even from the middle of what is by then one merged delta.
 */
const numbered = { event_id: z.number().int().optional() };
const parented = { parent_tool_use_id: z.string().optional() };

export const SessionStarted = z.object({
  type: z.literal('session_id'),
  session_id: z.string(),
  ...numbered,
});

/** Only for clients that sent `last_event`: the prompt a turn answers, so that every tab shows the same. */
export const UserMessage = z.object({
  type: z.literal('user_message'),
  content: z.union([z.string(), z.array(z.unknown())]),
  /** The id the sending client gave its frame, if any. */
  message_id: z.string().nullable(),
  ...numbered,
});

export const TextDelta = z.object({
  type: z.literal('text_delta'),
  text: z.string(),
  ...parented,
  ...numbered,
});

/** A message's whole text. It replaces what its deltas built: after a model connection broke, the two may differ. */
export const AssistantText = z.object({ type: z.literal('assistant_text'), text: z.string(), ...numbered });

export const ContentBlock = z.object({
  type: z.literal('content_block'),
  block: z.looseObject({ type: z.string() }),
  ...parented,
  ...numbered,
});

export const ToolUse = z.object({
  type: z.literal('tool_use'),
  id: z.string(),
  name: z.string(),
  input: z.record(z.string(), z.unknown()),
  ...parented,
  ...numbered,
});

export const ToolResult = z.object({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: z.string(),
  is_error: z.boolean().nullable(),
  ...parented,
  ...numbered,
});

export const DoneUsage = z.object({
  input_tokens: z.number(),
  output_tokens: z.number(),
  cache_creation_input_tokens: z.number(),
  cache_read_input_tokens: z.number(),
  /** Searches and fetches that the provider of the model made, and charges for; absent where there were none. */
  server_tool_use: ServerToolUse.optional(),
  /** Tokens the model can hold; absent where unknown. */
  context_window: z.number().optional(),
});

export const Done = z.object({
  type: z.literal('done'),
  /** Model calls in this turn, not the session's turns. */
  turn_count: z.number().int(),
  /** US dollars, the session so far. */
  total_cost_usd: z.number(),
  /** US dollars, this turn. */
  turn_cost_usd: z.number().optional(),
  duration_ms: z.number(),
  duration_api_ms: z.number(),
  is_error: z.boolean(),
  usage: DoneUsage.optional(),
  ...numbered,
});
export type Done = z.infer<typeof Done>;

export const Question = z.object({
  question: z.string().min(1),
  /** A word or two, for a tab. */
  header: z.string().default(''),
  options: z.array(z.object({ label: z.string().min(1), description: z.string().default('') })).default([]),
  multiSelect: z.boolean().default(false),
});

/** The agent asks; the turn waits, however long, for an `answer` with this `question_id`. */
export const AskUserQuestion = z.object({
  type: z.literal('ask_user_question'),
  question_id: z.string(),
  questions: z.array(Question),
  /** Seconds, for clients that count down; the agent waits on all the same. */
  timeout: z.number(),
  ...numbered,
});

/** The agent shows a plan; the turn waits for a `plan_approval` with this `plan_id`. */
export const PlanApproval = z.object({
  type: z.literal('plan_approval'),
  plan_id: z.string(),
  title: z.string(),
  /** The whole plan, Markdown. */
  summary: z.string(),
  steps: z.array(
    z.object({ description: z.string(), status: z.enum(['pending', 'in_progress', 'completed']) }),
  ),
  timeout: z.number(),
  ...numbered,
});

/** A tool call needs a person's consent; the turn waits for an `approval_response` with this `approval_id`. */
export const ApprovalRequest = z.object({
  type: z.literal('approval_request'),
  approval_id: z.string(),
  tool: z.string(),
  input: z.record(z.string(), z.unknown()),
  ...numbered,
});

/**
 * Only for clients that sent `last_event`: somebody replied to this call, so that nobody else needs to; its result may
 * come later, when the calls before it have theirs.
 */
export const ReplyTaken = z.object({ type: z.literal('reply_taken'), tool_use_id: z.string() });

export const PermissionMode = z.enum(['default', 'acceptEdits', 'plan', 'bypassPermissions']);
export type PermissionMode = z.infer<typeof PermissionMode>;

/** Only for clients that sent `last_event`: what the agent may do without asking was changed in this session. */
export const PermissionModeChanged = z.object({ type: z.literal('permission_mode'), mode: PermissionMode });

/**
 * Only for clients that sent `last_event`: the turn was interrupted (a deploy, a crash) and goes on from its last
 * finished step. What was shown of an unfinished message is void.
 */
export const TurnResumed = z.object({ type: z.literal('turn_resumed'), ...numbered });

/** A summary of the older part of the conversation is being written: on request, or because the model is nearly full. */
export const CompactStarted = z.object({ type: z.literal('compact_started'), ...numbered });

/** From here on the model sees the summary instead; nothing that was shown is gone. */
export const CompactCompleted = z.object({
  type: z.literal('compact_completed'),
  session_id: z.string(),
  summary: z.string(),
  ...numbered,
});

export const Cancelled = z.object({ type: z.literal('cancelled'), ...numbered });

/** Refers to one connection, not to the session's stream, so it carries no `event_id`. */
export const Ready = z.object({
  type: z.literal('ready'),
  cwd_id: z.string(),
  session_id: z.string().optional(),
  resumed: z.boolean().optional(),
  turn_count: z.number().int().optional(),
});

/** Numbered where it is part of the conversation (a summary failed); else it tells what one client did wrong. */
export const ErrorEvent = z.object({
  type: z.literal('error'),
  error: z.string(),
  /** The call that this client replied to in vain. */
  tool_use_id: z.string().optional(),
  ...numbered,
});

/** A file of the session came or went; `file` as in the file routes. */
export const FileUploaded = z.object({
  type: z.literal('file_uploaded'),
  file: z.looseObject({ original_name: z.string() }),
});
export const FileDeleted = z.object({
  type: z.literal('file_deleted'),
  safe_name: z.string(),
  file_type: z.enum(['input', 'output']),
});

/** The events of the stream: numbered, replayed to a client that comes back. */
export const StreamEvent = z.discriminatedUnion('type', [
  SessionStarted,
  UserMessage,
  TextDelta,
  AssistantText,
  ContentBlock,
  ToolUse,
  ToolResult,
  AskUserQuestion,
  PlanApproval,
  ApprovalRequest,
  TurnResumed,
  CompactStarted,
  CompactCompleted,
  ErrorEvent,
  Done,
  Cancelled,
]);
export type StreamEvent = z.infer<typeof StreamEvent>;

export const ServerEvent = z.discriminatedUnion('type', [
  ...StreamEvent.options,
  Ready,
  PermissionModeChanged,
  ReplyTaken,
  FileUploaded,
  FileDeleted,
]);
export type ServerEvent = z.infer<typeof ServerEvent>;
