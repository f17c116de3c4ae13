import { z } from 'zod';
import type { AgentEvent } from '#agent/event.ts';
import type { ToolUseBlock } from '#protocol/message.ts';
import { Question } from '#protocol/server-event.ts';

/** Some models send the list as JSON text. */
export const Questions = z.preprocess(parseText, z.array(Question).min(1).max(8));

export const AskInput = z.object({ questions: Questions });
export const PlanInput = z.object({ plan: z.string().trim().min(1) });

/** What old clients count down from. Nothing happens here when they arrive at 0. */
const QUESTION_SECONDS = 60;
const PLAN_SECONDS = 120;

/** What a call that waits for a person shows, before the call itself; undefined for other calls and for bad input. */
export function waitingEvent({ id, name, input }: ToolUseBlock): AgentEvent | undefined {
  if (name === 'AskUserQuestion') {
    const asked = AskInput.safeParse(input);
    if (!asked.success) return undefined;
    return {
      type: 'ask_user_question',
      question_id: id,
      questions: asked.data.questions,
      timeout: QUESTION_SECONDS,
    };
  }
  if (name !== 'ExitPlanMode') return undefined;
  const planned = PlanInput.safeParse(input);
  return planned.success ? planEvent(id, planned.data.plan) : undefined;
}

function planEvent(id: string, plan: string): AgentEvent {
  const lines = plan.split('\n').map((line) => line.trim());
  const title =
    lines
      .find((line) => line !== '')
      ?.replace(/^#+\s*/, '')
      .slice(0, 120) ?? 'Plan';
  const steps = lines.flatMap((line) => {
    const description = /^(?:[-*+]|\d+[.)])\s+(?:\[.\]\s+)?(.+)$/.exec(line)?.[1];
    return description === undefined ? [] : [{ description, status: 'pending' as const }];
  });
  return { type: 'plan_approval', plan_id: id, title, summary: plan, steps, timeout: PLAN_SECONDS };
}

function parseText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
