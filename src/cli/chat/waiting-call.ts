import type { ChatEvent } from '#cli/chat/chat-event.ts';
import type { Answers } from '#cli/chat/conversation.ts';
import { inputLines } from '#cli/chat/tool-lines.ts';
import { printable } from '#cli/style.ts';
import { toolTitle } from '#protocol/mcp-tool-name.ts';
import type { Question } from '#protocol/server-event.ts';
import type { z } from 'zod';

/** A call of the agent that waits for a person, put as questions whatever it is. */
export interface WaitingCall {
  readonly id: string;
  /** What is to be decided on, shown before the questions; a plan is Markdown. */
  readonly shown: { readonly markdown: string } | { readonly plain: string } | null;
  readonly questions: readonly z.infer<typeof Question>[];
  /** Asked if that was the answer. */
  readonly followUps: ReadonlyMap<string, z.infer<typeof Question>>;
  /** The frame that gives the answers to the server. */
  readonly frame: (answers: Answers) => object;
}

export function waitingCall(event: ChatEvent): WaitingCall | undefined {
  switch (event.type) {
    case 'ask_user_question': {
      const { question_id: id, questions } = event;
      return {
        id,
        shown: null,
        questions,
        followUps: new Map(),
        frame: (answers) => ({ type: 'user_answer', question_id: id, answers }),
      };
    }
    case 'plan_approval':
      return decision(
        event.plan_id,
        { markdown: printable(event.summary) },
        {
          question: 'Carry out this plan?',
          yes: 'Approve',
          yesBut: 'Approve with changes',
          no: 'Reject',
          frame: (reply) => ({ type: 'plan_approval_response', plan_id: event.plan_id, ...reply }),
        },
      );
    case 'approval_request':
      return decision(
        event.approval_id,
        // Nobody should consent to what is not shown
        { plain: inputLines(event.input).join('\n') },
        {
          question: `Allow ${printable(toolTitle(event.tool))}?`,
          yes: 'Allow',
          no: 'Refuse',
          frame: (reply) => ({ type: 'approval_response', approval_id: event.approval_id, ...reply }),
        },
      );
    default:
      return undefined;
  }
}

interface Decision {
  readonly question: string;
  readonly yes: string;
  readonly yesBut?: string;
  readonly no: string;
  readonly frame: (reply: { approved: boolean; feedback: string }) => object;
}

const WHAT = 'What should be different?';

/** Words of one's own, or none, are never consent: they go to the agent as the reason. */
function decision(
  id: string,
  shown: WaitingCall['shown'],
  { question, yes, yesBut, no, frame }: Decision,
): WaitingCall {
  const labels = [yes, ...(yesBut === undefined ? [] : [yesBut]), no];
  const options = labels.map((label) => ({ label, description: '' }));
  const what = { question: WHAT, header: '', options: [], multiSelect: false };
  return {
    id,
    shown,
    questions: [{ question, header: '', options, multiSelect: false }],
    followUps: new Map(yesBut === undefined ? [] : [[yesBut, what]]),
    frame: (answers) => {
      const answer = String(answers[question] ?? '');
      const changes = wordsOf(answers[WHAT]);
      // Changes that nobody has named are no consent to the plan as it is
      if (answer === yesBut) return frame({ approved: changes !== '', feedback: changes });
      return frame({ approved: answer === yes, feedback: wordsOf(answer) });
    },
  };
}

const wordsOf = (answer: Answers[string] | undefined): string =>
  /^Other: (.*)$/s.exec(String(answer ?? ''))?.[1] ?? '';
