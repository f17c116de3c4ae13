import { summarise } from '#agent/compact.ts';
import type { MakeRoom } from '#agent/run-turn.ts';
import { isFull } from '#session/compact-need.ts';
import { transcriptOf } from '#session/compact-transcript.ts';
import { KEPT } from '#session/make-room.ts';
import type { Session } from '#session/session.ts';
import type { SubagentSteps } from '#session/subagent-steps.ts';
import { weight } from '#session/weight.ts';

interface SubagentRoom {
  readonly steps: SubagentSteps;
  /** The call that began it. */
  readonly id: string;
  readonly prompt: string;
  readonly signal: AbortSignal;
  readonly onProgress: () => void;
}

/**
 * Keeps the conversation of a subagent within what its model holds: near the limit, or beyond it, all but its last step
 * becomes a summary, and that step too where it is large, or what it shows may be. Its prompt stays. Where no summary
 * can be had, it goes on with all there is.
 */
export function subagentRoom(
  session: Session,
  { steps, id, prompt, signal, onProgress }: SubagentRoom,
): MakeRoom {
  let failed = false;
  return async ({ messages, ...request }, last, refused) => {
    if (refused === undefined && (failed || !isFull(messages, last))) return undefined;
    const { summary, steps: present } = steps.viewOf(id);
    const lastStep = present.slice(present.findLastIndex(({ kind }) => kind === 'assistant'));
    const keeps = refused !== 'too_large' && weight(lastStep) <= Math.min(KEPT, weight(present) / 4);
    const older = keeps ? present.slice(0, -lastStep.length) : present;
    if (older.length === 0) return undefined;
    const entries = [{ kind: 'prompt' as const, content: prompt }, ...older].map((body) => ({ body }));
    const made = await summarise(
      session.model,
      {
        request,
        messages: refused === undefined ? messages : undefined,
        transcript: (limit) => transcriptOf({ summary, entries }, limit),
        instructions: '',
      },
      signal,
    );
    if (signal.aborted) return undefined;
    if (!made.ok) {
      failed = true;
      session.log.warn('compact_failed', { sessionId: session.sessionId, parent: id });
      return undefined;
    }
    const covers = (summary?.covers ?? 0) + older.length;
    steps.save({ kind: 'subagent_summary', parent: id, ...made.value, covers });
    onProgress();
    session.log.info('compacted', { sessionId: session.sessionId, parent: id, steps: older.length });
    return steps.messagesOf(id, prompt);
  };
}
