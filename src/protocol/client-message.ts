import { z } from 'zod';
import { fail, succeed, type Result } from '#lib/result.ts';
import { parsePrompt, type Prompt } from '#protocol/prompt.ts';
import { Answers, type Reply } from '#protocol/reply.ts';
import { PermissionMode } from '#protocol/server-event.ts';

/** What a client may say over the socket, under one name each: older clients use several names for the same. */
export type ClientMessage =
  | { readonly type: 'prompt'; readonly content: Prompt; readonly messageId: string | null }
  | { readonly type: 'reply'; readonly toolUseId: string; readonly reply: Reply }
  | { readonly type: 'set_permission_mode'; readonly mode: PermissionMode }
  | { readonly type: 'cancel' }
  | { readonly type: 'compact'; readonly instructions: string };

const Frame = z.looseObject({ type: z.unknown().optional(), content: z.unknown().optional() });

const Answer = z.object({ question_id: z.string().min(1), answers: Answers.default({}) });

const feedback = z
  .string()
  .nullish()
  .transform((text) => text ?? '');

const PlanReply = z.object({ plan_id: z.string().min(1), approved: z.boolean(), feedback });

const ApprovalReply = z.object({ approval_id: z.string().min(1), approved: z.boolean(), feedback });

/** What a summary is to keep in mind. */
export const CompactInstructions = z.string().trim().max(4_000);

function readCompact(text: unknown): Result<ClientMessage, string> {
  const instructions = CompactInstructions.safeParse(text ?? '');
  return instructions.success
    ? succeed({ type: 'compact', instructions: instructions.data })
    : fail('Invalid compact request: instructions has to be a text of at most 4000 characters');
}

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
      const { question_id: toolUseId, answers } = answer.data;
      return succeed({ type: 'reply', toolUseId, reply: { kind: 'answers', answers } });
    }
    case 'cancel_request':
    case 'cancel':
      return succeed({ type: 'cancel' });
    case 'compact_request':
    case 'compact':
      return readCompact(data['instructions']);
    case 'plan_approval_response':
    case 'plan_approval': {
      const reply = PlanReply.safeParse(data);
      if (!reply.success) return fail('Invalid plan reply: expected plan_id and approved');
      const { plan_id: toolUseId, approved, feedback } = reply.data;
      return succeed({ type: 'reply', toolUseId, reply: { kind: 'decision', approved, feedback } });
    }
    case 'approval_response': {
      const reply = ApprovalReply.safeParse(data);
      if (!reply.success) return fail('Invalid approval reply: expected approval_id and approved');
      const { approval_id: toolUseId, approved, feedback } = reply.data;
      return succeed({ type: 'reply', toolUseId, reply: { kind: 'decision', approved, feedback } });
    }
    case 'set_permission_mode': {
      const mode = PermissionMode.safeParse(data['mode']);
      return mode.success
        ? succeed({ type: 'set_permission_mode', mode: mode.data })
        : fail(`Invalid permission mode: expected one of ${PermissionMode.options.join(', ')}`);
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
