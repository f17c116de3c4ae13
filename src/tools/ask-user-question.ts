import { z } from 'zod';
import { defineTool, ToolFailure, type Tool } from '#agent/tool.ts';
import { AskInput } from '#agent/waiting-event.ts';
import { Question } from '#protocol/server-event.ts';

const shape = defineTool({
  name: 'AskUserQuestion',
  description: `Asks the user one to four questions, each with two to four options, and waits for the answers. The user may also answer in words of their own.

Use it when the task cannot go on without a decision that only the user can make: what is meant, which of several ways, what is preferred. Do not use it for what you can find out yourself, nor to ask whether to continue.`,
  effects: 'reads',
  waits: true,
  input: z.object({ questions: z.array(Question).min(1).max(8) }),
  run: async (_input, { reply }) => {
    if (reply?.kind === 'no_answer') {
      throw new ToolFailure(
        `The user gave no answer within ${reply.seconds} seconds. This is not consent: do not guess. Do what needs no answer, or say what you are waiting for and stop.`,
      );
    }
    const answers = reply?.kind === 'answers' ? Object.entries(reply.answers) : [];
    if (answers.length === 0)
      throw new ToolFailure('The user skipped the questions. Do not guess what they would have said.');
    const told = answers
      .map(([question, answer]) => `"${question}"="${[answer].flat().join(', ')}"`)
      .join('. ');
    return `User has answered your questions: ${told}. You can now continue with the user's answers in mind.`;
  },
});

/** The schema that models see is plain; what they send may also be the list as JSON text. */
export const askUserQuestionTool: Tool = {
  ...shape,
  prepare: (input) => {
    const tolerant = AskInput.safeParse(input);
    return shape.prepare(tolerant.success ? tolerant.data : input);
  },
};
