import type { Fault, PlatformCall } from '#test/support/fake-platforms/fake-platform.ts';
import type { DrillPlatform } from './drill-platforms.ts';

const LONGEST_DELAY_MS = 1_500;

/** What goes wrong with calls of a platform's API, as shares of all calls. The rest is answered at once. */
const shares = {
  'too many calls': 0.04,
  'cut before': 0.02,
  'cut after': 0.03,
  'half an answer': 0.02,
  'a problem of its own': 0.02,
  'no answer': 0.003,
  delay: 0.1,
} as const;
type Kind = keyof typeof shares;

/** These are waited out: a report that has to come, the longest time for a call. */
const slow: ReadonlySet<Kind> = new Set(['cut before', 'no answer']);

const isKind = (name: string): name is Kind => name in shares;
const kinds = Object.keys(shares).filter(isKind);

/** Chooses for each call. `quick`: without what takes a minute. */
export function faultsFrom(
  random: () => number,
  { tooManyCalls }: DrillPlatform,
  quick: boolean,
): (call: PlatformCall) => Fault | null {
  return () => {
    const [draw, delay] = [random(), random()];
    let upTo = 0;
    const kind = kinds.find((one) => draw < (upTo += shares[one]));
    if (kind === undefined || (quick && slow.has(kind))) return null;
    switch (kind) {
      case 'too many calls':
        return { kind: 'answer', answer: tooManyCalls };
      case 'cut before':
        return { kind: 'cut', when: 'before' };
      case 'cut after':
        return { kind: 'cut', when: 'after' };
      case 'half an answer':
        return { kind: 'half' };
      case 'a problem of its own':
        return { kind: 'answer', answer: { status: 500, body: {} } };
      case 'no answer':
        return { kind: 'hang' };
      case 'delay':
        return { kind: 'delay', ms: delay * LONGEST_DELAY_MS };
    }
  };
}
