import { z } from 'zod';
import { fail, succeed, type Result } from '#lib/result.ts';
import { parsePrompt, type Prompt } from '#protocol/prompt.ts';

/** What a client may say over the socket, under one name each: older clients use several names for the same. */
export type ClientMessage =
  | { readonly type: 'prompt'; readonly content: Prompt; readonly messageId: string | null }
  | {
      readonly type: 'answer';
      readonly questionId: string;
      readonly answers: Record<string, string | string[]>;
    }
  | { readonly type: 'cancel' }
  | { readonly type: 'compact' }
  | {
      readonly type: 'plan_approval';
      readonly planId: string;
      readonly approved: boolean;
      readonly feedback: string;
    };

const Answers = z.record(z.string(), z.union([z.string(), z.array(z.string())])).catch({});

const Frame = z.looseObject({ type: z.unknown().optional(), content: z.unknown().optional() });

const Answer = z.object({ question_id: z.string().min(1), answers: Answers.default({}) });

const PlanReply = z.object({
  plan_id: z.string().min(1),
  approved: z.boolean(),
  feedback: z
    .string()
    .nullish()
    .transform((text) => text ?? ''),
});

/** Given by clients that resend after a lost connection: a second prompt with the same id changes nothing. */
const MessageId = z.string().min(1).max(128).nullable().catch(null);

/** Reads one frame. `undefined` is a message that is to be ignored; a problem is the text of an `error` event. */
export function parseClientMessage(frame: string): Result<ClientMessage | undefined, string> {
  const parsed = Frame.safeParse(parseJson(frame));
  if (!parsed.success) return fail('Invalid message: expected a JSON object such as {"content": "hello"}');
  const { data } = parsed;
  switch (data.type) {
    case 'user_answer':
    case 'answer': {
      const answer = Answer.safeParse(data);
      if (!answer.success) return succeed(undefined);
      return succeed({ type: 'answer', questionId: answer.data.question_id, answers: answer.data.answers });
    }
    case 'cancel_request':
    case 'cancel':
      return succeed({ type: 'cancel' });
    case 'compact_request':
    case 'compact':
      return succeed({ type: 'compact' });
    case 'plan_approval_response':
    case 'plan_approval': {
      const reply = PlanReply.safeParse(data);
      if (!reply.success) return fail('Invalid plan reply: expected plan_id and approved');
      const { plan_id: planId, approved, feedback } = reply.data;
      return succeed({ type: 'plan_approval', planId, approved, feedback });
    }
    default: {
      const prompt = parsePrompt(data.content);
      if (!prompt.ok) return prompt;
      if (prompt.value.length === 0) return fail('Empty content');
      return succeed({
        type: 'prompt',
        content: prompt.value,
        messageId: MessageId.parse(data['message_id'] ?? null),
      });
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
