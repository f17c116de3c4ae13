import { z } from 'zod';
import { toolUseMessage } from '#channel/text/tool-use-message.ts';
import { Answers } from '#protocol/reply.ts';
import { Question, type StreamEvent } from '#protocol/server-event.ts';

/** One question of a form. */
export type Asked = z.infer<typeof Question>;

/** What an agent may wait for, in the words that the chat asks in. */
const Body = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('questions'), questions: z.array(Question).min(1) }),
  z.object({ kind: z.literal('decision'), markdown: z.string(), yes: z.string(), no: z.string() }),
]);
export type Body = z.infer<typeof Body>;

export const QuestionRow = z.object({
  id: z.number(),
  tool_use_id: z.string(),
  body: z.string().transform((json) => Body.parse(JSON.parse(json))),
  answers: z.string().transform((json) => Answers.parse(JSON.parse(json))),
  /** Which question of the form is asked. */
  place: z.number(),
  reply: z.string().nullable(),
  outbox_id: z.number().nullable(),
  /** When it was sent: what came before then was no answer. Null: nobody has seen it yet. */
  asked_at: z.number().nullable(),
  /** 1: it could not be delivered. */
  is_lost: z.number(),
  state: z.enum(['open', 'answered', 'told', 'closed', 'unlinked']),
  /** Whose conversation waits, and which; null: the turn under way here. */
  username: z.string().nullable(),
  session_id: z.string().nullable(),
  title: z.string().nullable(),
});
export type QuestionRow = z.infer<typeof QuestionRow>;

/** What a person is asked by an event, if anything. */
export function questionOf(event: StreamEvent): { readonly id: string; readonly body: Body } | undefined {
  switch (event.type) {
    case 'ask_user_question':
      return { id: event.question_id, body: { kind: 'questions', questions: event.questions } };
    case 'plan_approval':
      return {
        id: event.plan_id,
        body: {
          kind: 'decision',
          markdown: `${event.summary}\n\n**Shall I do it this way?**`,
          yes: 'Approve',
          no: 'Reject',
        },
      };
    case 'approval_request':
      return {
        id: event.approval_id,
        body: {
          kind: 'decision',
          markdown: `${toolUseMessage(event.tool, event.input)}\n\n**May I do this?**`,
          yes: 'Allow',
          no: 'Deny',
        },
      };
    default:
      return undefined;
  }
}
