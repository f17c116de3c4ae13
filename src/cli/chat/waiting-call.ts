import type { ChatEvent } from '#cli/chat/chat-event.ts';
import type { Answers } from '#cli/chat/conversation.ts';
import { printable } from '#cli/style.ts';
import { toolTitle } from '#protocol/mcp-tool-name.ts';
import type { Question } from '#protocol/server-event.ts';
import type { z } from 'zod';

/** A call of the agent that waits for a person, put as questions whatever it is. */
export interface WaitingCall {
  readonly id: string;
  /** Shown before the questions. */
  readonly text: string;
  readonly questions: readonly z.infer<typeof Question>[];
  /** The frame that gives the answers to the server. */
  readonly frame: (answers: Answers) => object;
}

export function waitingCall(event: ChatEvent): WaitingCall | undefined {
  switch (event.type) {
    case 'ask_user_question': {
      const { question_id: id, questions } = event;
      return {
        id,
        text: '',
        questions,
        frame: (answers) => ({ type: 'user_answer', question_id: id, answers }),
      };
    }
    case 'plan_approval':
      return decision(event.plan_id, printable(event.summary), {
        question: 'Carry out this plan?',
        yes: 'Approve',
        no: 'Reject',
        frame: (reply) => ({ type: 'plan_approval_response', plan_id: event.plan_id, ...reply }),
      });
    case 'approval_request':
      return decision(event.approval_id, '', {
        question: `Allow ${printable(toolTitle(event.tool))} ${printable(JSON.stringify(event.input)).slice(0, 500)}?`,
        yes: 'Allow',
        no: 'Refuse',
        frame: (reply) => ({ type: 'approval_response', approval_id: event.approval_id, ...reply }),
      });
    default:
      return undefined;
  }
}

interface Decision {
  readonly question: string;
  readonly yes: string;
  readonly no: string;
  readonly frame: (reply: { approved: boolean; feedback: string }) => object;
}

/** Words of one's own, or none, are never consent: they go to the agent as the reason. */
function decision(id: string, text: string, { question, yes, no, frame }: Decision): WaitingCall {
  const options = [yes, no].map((label) => ({ label, description: '' }));
  return {
    id,
    text,
    questions: [{ question, header: '', options, multiSelect: false }],
    frame: (answers) => {
      const answer = String(answers[question] ?? '');
      const words = /^Other: (.*)$/s.exec(answer)?.[1] ?? '';
      return frame({ approved: answer === yes, feedback: words });
    },
  };
}
