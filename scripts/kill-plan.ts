import { TURN_MS, type Act } from './kill-script.ts';
import { randomFrom } from './random-from.ts';

/** How a session is led to its kill. Times in milliseconds. */
export interface KillPoint {
  readonly index: number;
  readonly kind: keyof typeof moments;
  /** From the prompt to the kill. */
  readonly afterMs: number;
  /** A second prompt waits while the first is answered. */
  readonly queued: boolean;
  /** Where the turn waits for a person, that person answers when the server is back. */
  readonly act: Act;
}

export interface KillRound {
  readonly points: readonly KillPoint[];
  /** The kill comes right after an event of one of its sessions: clocks alone do not meet what takes a millisecond. */
  readonly trigger: Trigger & { readonly delayMs: number };
  /** Kills a second time so long after the server is back: while turns are being resumed. */
  readonly againAfterMs: number | undefined;
}

/** From when to when after the prompt, as fractions of `TURN_MS`. */
const moments = {
  'just sent': [0, 0.008],
  'before the first token': [0.008, 0.06],
  'in the first message': [0.06, 0.2],
  'in a slow tool': [0.2, 0.62],
  'around a result': [0.6, 0.68],
  'in the second step': [0.64, 0.9],
  'in the last message': [0.86, 0.99],
  'around the end': [0.96, 1.05],
  'while a prompt waits': [0.02, 1.3],
  'while a question waits': [0.8, 1.4],
  'while a plan waits': [0.8, 1.4],
  'while consent is waited for': [0.8, 1.4],
  'in an outward call': [0.7, 1.05],
  'in a subagent': [0.72, 1.4],
  'in a subagent aside': [0.72, 1.4],
  idle: [1.3, 1.6],
} as const;

/** The others read what they wrote. */
const acts: Partial<Record<KillPoint['kind'], Act>> = {
  'while a question waits': 'ask',
  'while a plan waits': 'plan',
  'while consent is waited for': 'need consent',
  'in an outward call': 'send',
  'in a subagent': 'delegate',
  'in a subagent aside': 'delegate aside',
};

export interface Trigger {
  readonly kind: KillPoint['kind'];
  readonly type: 'tool_use' | 'tool_result' | 'assistant_text' | 'done';
  readonly nth: number;
}

const triggers: readonly [Trigger, ...Trigger[]] = [
  { kind: 'around the end', type: 'assistant_text', nth: 3 },
  { kind: 'around a result', type: 'tool_result', nth: 1 },
  { kind: 'around the end', type: 'done', nth: 1 },
  { kind: 'in a slow tool', type: 'tool_use', nth: 1 },
  { kind: 'in an outward call', type: 'tool_use', nth: 3 },
  { kind: 'in an outward call', type: 'tool_result', nth: 3 },
  { kind: 'in a subagent', type: 'tool_result', nth: 3 },
  { kind: 'in a subagent aside', type: 'tool_result', nth: 6 },
];

const isKind = (name: string): name is keyof typeof moments => name in moments;
const kinds = Object.keys(moments).filter(isKind);

export const POINTS_PER_ROUND = kinds.length;

/** Each kind once in a round. Contract: the same seed gives the same plan. */
export function planRounds({ count, seed }: { count: number; seed: number }) {
  const random = randomFrom(seed);
  const rounds: KillRound[] = [];
  for (let from = 0; from < count; from += POINTS_PER_ROUND) {
    const points = kinds.slice(0, count - from).map((kind, place): KillPoint => {
      const [low, high] = moments[kind];
      return {
        index: from + place,
        kind,
        afterMs: (low + random() * (high - low)) * TURN_MS,
        queued: kind === 'while a prompt waits',
        act: acts[kind] ?? 'read',
      };
    });
    const trigger = triggers[rounds.length % triggers.length] ?? triggers[0];
    const [delay, again] = [random() * 8, random() * 700];
    rounds.push({
      points,
      trigger: { ...trigger, delayMs: delay },
      againAfterMs: rounds.length % 3 === 2 ? again : undefined,
    });
  }
  return rounds;
}
