import type { StreamEvent } from '#protocol/server-event.ts';

/** What an onlooker may watch of a turn. The core emits these as they happen; who listens is not its business. */
export type AgentEvent = Extract<
  StreamEvent,
  {
    type:
      | 'text_delta'
      | 'assistant_text'
      | 'content_block'
      | 'tool_use'
      | 'tool_result'
      | 'ask_user_question'
      | 'plan_approval';
  }
>;

export type Emit = (event: AgentEvent) => void;
