import { z } from 'zod';
import { fail, succeed, type Result } from '#lib/result.ts';
import { Question, type StreamEvent } from '#protocol/server-event.ts';
import type { Reply } from '#protocol/reply.ts';

/** What an agent waits for a person with. */
export const Waiting = z.object({
  call_id: z.string().describe('Names it in answer_agent'),
  kind: z
    .enum(['question', 'plan', 'approval'])
    .describe('question wants `answers`, plan and approval want `approved`'),
  text: z.string().describe('To be shown to the user'),
  questions: z.array(Question).describe('Of a question: what is asked, with the options'),
});
export type Waiting = z.output<typeof Waiting>;

export function toWaiting(event: StreamEvent): Waiting {
  switch (event.type) {
    case 'ask_user_question':
      return {
        call_id: event.question_id,
        kind: 'question',
        text: event.questions.map(questionText).join('\n\n'),
        questions: event.questions,
      };
    case 'plan_approval':
      return {
        call_id: event.plan_id,
        kind: 'plan',
        text: `The agent wants to go on by this plan:\n\n${event.summary}`,
        questions: [],
      };
    case 'approval_request':
      return {
        call_id: event.approval_id,
        kind: 'approval',
        text: `The agent wants to use ${event.tool} with ${JSON.stringify(event.input)}`,
        questions: [],
      };
    default:
      throw new Error(`nobody waits with ${event.type}`);
  }
}

function questionText({ question, options, multiSelect }: z.output<typeof Question>): string {
  const lines = options.map(
    ({ label, description }) => `- ${label}${description === '' ? '' : `: ${description}`}`,
  );
  const several = multiSelect && options.length > 0 ? ['(several may be chosen)'] : [];
  return [question, ...lines, ...several].join('\n');
}

interface Given {
  readonly answers?: Readonly<Record<string, string | string[]>> | undefined;
  readonly approved?: boolean | undefined;
  readonly feedback: string;
}

/** The reply to a call that waits; the problem tells which reply it wants. */
export function readReply(call: Waiting, { answers, approved, feedback }: Given): Result<Reply, string> {
  if (call.kind !== 'question') {
    return approved === undefined
      ? fail(`A ${call.kind} wants \`approved\`, true or false.`)
      : succeed({ kind: 'decision', approved, feedback });
  }
  const asked = call.questions.map(({ question }) => question);
  const unknown = Object.keys(answers ?? {}).find((question) => !asked.includes(question));
  if (answers === undefined || Object.keys(answers).length === 0 || unknown !== undefined) {
    return fail(
      `A question wants \`answers\` by its own text: ${asked.map((one) => JSON.stringify(one)).join(', ')}.`,
    );
  }
  const inForm = call.questions.flatMap(({ question, options }): [string, string | string[]][] => {
    const answer = answers[question];
    if (answer === undefined) return [];
    const labels = options.map(({ label }) => label);
    const mark = (word: string) => (labels.includes(word) || labels.length === 0 ? word : otherWords(word));
    return [[question, typeof answer === 'string' ? mark(answer) : answer.map(mark)]];
  });
  return succeed({ kind: 'answers', answers: Object.fromEntries(inForm) });
}

/** What is no option is marked, as the page marks it. */
const otherWords = (word: string): string => (word.startsWith('Other: ') ? word : `Other: ${word}`);
