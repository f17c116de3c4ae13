import type { Question as QuestionSchema, ServerEvent } from '#protocol/server-event.ts';
import type { Answers as AnswersSchema } from '#protocol/reply.ts';
import type { z } from 'zod';

export type Question = z.infer<typeof QuestionSchema>;
export type Answers = z.infer<typeof AnswersSchema>;

export interface Decision {
  readonly approved: boolean;
  readonly feedback: string;
}

/** A call of the agent that waits for a person. `id` is that of the call: its result ends the waiting, whoever gave it. */
export type Waiting =
  | {
      readonly kind: 'question';
      readonly id: string;
      readonly questions: readonly Question[];
      /** Given on this page, and perhaps not with the server yet. */
      readonly reply: Answers | null;
    }
  | {
      readonly kind: 'plan';
      readonly id: string;
      /** Markdown. */
      readonly plan: string;
      readonly reply: Decision | null;
    }
  | {
      readonly kind: 'approval';
      readonly id: string;
      readonly tool: string;
      readonly input: Readonly<Record<string, unknown>>;
      readonly reply: Decision | null;
    };

type WaitingEvent = Extract<
  ServerEvent,
  { type: 'ask_user_question' | 'plan_approval' | 'approval_request' }
>;

export function waitingOf(event: WaitingEvent): Waiting {
  switch (event.type) {
    case 'ask_user_question':
      return { kind: 'question', id: event.question_id, questions: event.questions, reply: null };
    case 'plan_approval':
      return { kind: 'plan', id: event.plan_id, plan: event.summary, reply: null };
    case 'approval_request':
      return { kind: 'approval', id: event.approval_id, tool: event.tool, input: event.input, reply: null };
  }
}

/** What tells the server the reply that was given here; null as long as there is none. */
export function replyFrame(waiting: Waiting): object | null {
  if (waiting.reply === null) return null;
  switch (waiting.kind) {
    case 'question':
      return { type: 'user_answer', question_id: waiting.id, answers: waiting.reply };
    case 'plan':
      return { type: 'plan_approval_response', plan_id: waiting.id, ...waiting.reply };
    case 'approval':
      return { type: 'approval_response', approval_id: waiting.id, ...waiting.reply };
  }
}
