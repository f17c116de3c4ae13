import { z } from 'zod';
import { defineTool, ToolFailure } from '#agent/tool.ts';
import { PlanInput } from '#agent/waiting-event.ts';
import type { PermissionMode } from '#protocol/server-event.ts';

/** Where a session keeps what it may do without asking. */
export interface ModeSwitch {
  get(): PermissionMode;
  /** Goes into planning, or back to the mode before it. */
  setPlanning(planning: boolean): void;
}

export const enterPlanModeTool = (mode: ModeSwitch) =>
  defineTool({
    name: 'EnterPlanMode',
    description:
      'Begins planning: until the user has approved a plan you may only read and search. Use it before a large or risky task whose way the user should agree to first.',
    effects: 'reads',
    input: z.object({}),
    run: async () => {
      mode.setPlanning(true);
      return 'You are planning now: read and search as you need, change nothing. When the plan is ready, call ExitPlanMode with it.';
    },
  });

export const exitPlanModeTool = (mode: ModeSwitch) =>
  defineTool({
    name: 'ExitPlanMode',
    description:
      'Shows the user your plan and waits for approval. The plan is Markdown: a title, what it is about, and the steps as a numbered list. The user approves it, perhaps with changes, or rejects it and says why.',
    effects: 'reads',
    waits: true,
    input: PlanInput,
    run: async (_input, { reply }) => {
      if (reply?.kind === 'no_answer') {
        throw new ToolFailure(
          `Nobody approved the plan within ${reply.seconds} seconds, which counts as a rejection. You are still planning.`,
        );
      }
      const words = reply?.kind === 'decision' ? reply.feedback.trim() : '';
      if (reply?.kind !== 'decision' || !reply.approved) {
        throw new ToolFailure(
          `The user rejected the plan. ${words === '' ? 'Ask what should be different.' : `They say: ${words}`} You are still planning.`,
        );
      }
      mode.setPlanning(false);
      return words === ''
        ? 'The user has approved your plan. You can now carry it out.'
        : `The user has approved your plan with changes: ${words}\nCarry it out with them.`;
    },
  });
