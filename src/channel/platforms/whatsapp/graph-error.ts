import { z } from 'zod';
import type { SendOutcome } from '#channel/platform.ts';
import { notFromPlatform, retry } from '../call-api.ts';

const GraphError = z.object({ error: z.object({ code: z.number() }) });

/** https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes */
const RATE: ReadonlyMap<number, number> = new Map([
  [4, 60_000],
  [80007, 60_000],
  [130429, 2000],
  [131048, 60_000],
  // About one message in six seconds to one person
  [131056, 6000],
]);
const TEMPORARY: ReadonlySet<number> = new Set([1, 2, 131000, 131016, 131057, 133004]);
const ACCESS: ReadonlySet<number> = new Set([0, 3, 10, 190, 131005]);
/** These are about the chat or the account, so no other message would be taken either. */
const CLOSED: ReadonlySet<number> = new Set([131026, 131030, 131031, 131042, 131045, 131047, 131050]);

const REASONS: ReadonlyMap<number, string> = new Map([
  [131026, 'WhatsApp cannot deliver to this number'],
  [131030, 'The number is not among those that this test number may write to'],
  [131031, 'WhatsApp has locked the business account'],
  [131042, 'WhatsApp has a problem with the payment of the business account'],
  [131045, 'The phone number is not registered with the Cloud API'],
  [131047, 'The user has not written for 24 hours, so WhatsApp takes no message until they do'],
  [131049, 'WhatsApp held the message back to spare its user'],
  [131050, 'The user does not want messages from this number'],
  [131051, 'WhatsApp does not take this kind of message'],
  [131053, 'WhatsApp could not read the file'],
  [131056, 'Too many messages to this user in a short time'],
  [130472, 'WhatsApp held the message back because of an experiment of its own'],
]);

export const reasonOf = (code: number): string =>
  REASONS.get(code) ?? `WhatsApp did not take the message${code < 0 ? '' : ` (its code ${code})`}`;

/** What an answer that is no success means for a message. */
export function outcomeOf(status: number, body: unknown): SendOutcome {
  const parsed = GraphError.safeParse(body);
  if (!parsed.success && status !== 429) return notFromPlatform('WhatsApp');
  const code = parsed.data?.error.code ?? -1;
  const pause = RATE.get(code);
  if (pause !== undefined || status === 429) return retry(pause ?? 5000, 'WhatsApp asks for a pause');
  if (TEMPORARY.has(code)) return retry(5000, 'WhatsApp has a problem of its own');
  if (status === 401 || ACCESS.has(code) || (code >= 200 && code < 300)) {
    const reason = 'WhatsApp does not take the access token, or it lacks a permission';
    return { kind: 'refused', reason, authentication: true };
  }
  if (CLOSED.has(code)) return { kind: 'refused', reason: reasonOf(code), authentication: false };
  return { kind: 'unsupported', reason: reasonOf(code) };
}
