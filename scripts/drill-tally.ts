import type { PlatformName } from '#protocol/platform.ts';
import { repeatLabel } from '#channel/text/notices.ts';

/** A message that the server has said it has. */
export interface Accepted {
  readonly number: number;
  readonly chatId: string;
  /** Milliseconds since 1970. */
  readonly acceptedAt: number;
}

/** A message that the platform has shown to its user. */
export interface Shown {
  readonly chatId: string;
  readonly text: string;
  readonly at: number;
}

/** Messages by their numbers. */
export interface Tally {
  readonly platform: PlatformName;
  readonly sent: number;
  readonly answered: number;
  readonly lost: readonly number[];
  /** Answered more than once by messages that do not say that they may be a repeat. */
  readonly duplicated: readonly number[];
  /** Answered with the label, once or more. */
  readonly labelled: readonly number[];
  /** Answered in another chat. */
  readonly strayed: readonly number[];
  /** Answered before an earlier one of the same chat. */
  readonly disordered: readonly number[];
  /** From the webhook's 200 to the first answer, in milliseconds, ascending. */
  readonly answerMs: readonly number[];
}

/** What a message says, and its answer: no other words stand around the number. */
export const markOf = (platform: PlatformName, number: number): string => `${platform}-${number}`;

const MARK = /\b(telegram|whatsapp|zalo|imessage)-(\d+)\b/g;

export const marksIn = (text: string): string[] => [...text.matchAll(MARK)].map(([mark]) => mark);

export function tally(
  platform: PlatformName,
  { accepted, shown }: { readonly accepted: readonly Accepted[]; readonly shown: readonly Shown[] },
): Tally {
  const answers = new Map<string, Shown[]>();
  for (const one of shown) {
    for (const mark of new Set(marksIn(one.text))) answers.set(mark, [...(answers.get(mark) ?? []), one]);
  }
  const all = accepted
    .toSorted((left, right) => left.number - right.number)
    .map((message) => {
      const found = answers.get(markOf(platform, message.number)) ?? [];
      const own = found.filter(({ chatId }) => chatId === message.chatId);
      return { ...message, own, strayed: own.length < found.length };
    });
  const numbers = (holds: (one: (typeof all)[number]) => boolean) =>
    all.filter(holds).map(({ number }) => number);
  const isLabelled = ({ text }: Shown) => text.includes(repeatLabel);

  const newest = new Map<string, number>();
  const disordered = numbers(({ chatId, own: [first] }) => {
    if (first === undefined) return false;
    const place = shown.indexOf(first);
    const before = newest.get(chatId) ?? -1;
    newest.set(chatId, Math.max(before, place));
    return place < before;
  });
  return {
    platform,
    sent: accepted.length,
    answered: numbers(({ own }) => own.length > 0).length,
    lost: numbers(({ own }) => own.length === 0),
    duplicated: numbers(({ own }) => own.filter((one) => !isLabelled(one)).length > 1),
    labelled: numbers(({ own }) => own.some(isLabelled)),
    strayed: numbers(({ strayed }) => strayed),
    disordered,
    answerMs: all
      .flatMap(({ acceptedAt, own: [first] }) =>
        first === undefined ? [] : Math.max(0, first.at - acceptedAt),
      )
      .toSorted((left, right) => left - right),
  };
}

export const isClean = ({ lost, duplicated, strayed, disordered }: Tally): boolean =>
  lost.length + duplicated.length + strayed.length + disordered.length === 0;
