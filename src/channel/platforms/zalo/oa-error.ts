import type { SendOutcome } from '#channel/platform.ts';
import { retry } from '../call-api.ts';

/** https://developers.zalo.me/docs/official-account/phu-luc/ma-loi */
const TEMPORARY: ReadonlySet<number> = new Set([-1, -200]);
const RATE = -32;
/** Zalo does not take what a message is made of, which another form may change. */
const FORM: ReadonlySet<number> = new Set([-201, -210, -240, -244]);
const ACCESS: ReadonlySet<number> = new Set([-209, -221, -224]);

const REASONS: ReadonlyMap<number, string> = new Map([
  [-211, 'The quota of messages of the Official Account is used up'],
  [-213, 'The user has not written to the Official Account, or follows it no longer'],
  [-217, 'The user has blocked the Official Account'],
  [-221, 'The Official Account is not verified'],
  [-224, 'The plan of the Official Account does not hold this'],
  [-227, 'The user has not used Zalo for long, or is locked'],
  [-230, 'The user has not written for 7 days, so Zalo takes no message until they do'],
  [-233, 'Zalo does not take this kind of message, or the time for it is over'],
]);

/** `isPlain`: a text, for which there is no other form. */
export function outcomeOf(code: number, isPlain: boolean): SendOutcome {
  if (code === RATE) return retry(60_000, 'Zalo asks for a pause');
  if (TEMPORARY.has(code)) return retry(5000, 'Zalo has a problem of its own');
  const reason = REASONS.get(code) ?? `Zalo did not take the message (its code ${code})`;
  if (FORM.has(code) && !isPlain) return { kind: 'unsupported', reason };
  return { kind: 'refused', reason, authentication: ACCESS.has(code) };
}
