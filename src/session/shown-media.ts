import type { Message } from '#protocol/message.ts';
import type { Entry, EntryBody } from '#session/entry.ts';

/** Providers refuse larger requests, and the memory of one machine holds several of them. */
const MOST_CHARACTERS = 20_000_000;

/** What is left of them then. Each time some are left out, all that follows is new to the provider's cache: so seldom. */
const KEPT_CHARACTERS = MOST_CHARACTERS / 2;

/**
 * Decides which images and documents are shown: those from the entry `start` on. Where they are too many, it moves on,
 * and the newest half is left. Contract: it never moves back, and holds no more than the limit at a time.
 */
export function shownMedia(start: number) {
  let characters = 0;
  let keptFrom: number | undefined;
  return {
    get start(): number {
      return start;
    },
    /** Puts the entry behind the others, which are all newer. */
    take(entry: Entry, newestFirst: Entry[]): void {
      const size = entry.seq < start ? 0 : mediaCharacters(entry.body);
      characters += size;
      if (size > 0 && characters > MOST_CHARACTERS) {
        start = keptFrom ?? entry.seq + 1;
        for (const [index, taken] of newestFirst.entries()) newestFirst[index] = shown(taken, start);
      }
      // The newest stay, even where they are more than half
      if (size > 0 && entry.seq >= start && (keptFrom === undefined || characters <= KEPT_CHARACTERS))
        keptFrom = entry.seq;
      newestFirst.push(shown(entry, start));
    },
  };
}

/** Whether messages show more than `shownMedia` lets through: they have grown since. */
export const showTooMuch = (messages: readonly Message[]): boolean =>
  charactersIn(messages.filter(({ role }) => role === 'user')) > MOST_CHARACTERS;

/**
 * Where showing begins when a service takes less than what these entries show from `start` on: with the newest that
 * shows anything, or behind it where it is the only one. Undefined where none does.
 */
export function showLess(entries: readonly Entry[], start: number): number | undefined {
  const [newest, before] = entries
    .filter(({ seq, body }) => seq >= start && mediaCharacters(body) > 0)
    .toReversed();
  if (newest === undefined) return undefined;
  return before === undefined ? newest.seq + 1 : newest.seq;
}

const shown = (entry: Entry, start: number): Entry => (entry.seq < start ? withoutMedia(entry) : entry);

const hasMedia = (block: { readonly type: string }): boolean =>
  block.type === 'image' || block.type === 'document';

const mediaCharacters = (body: EntryBody): number =>
  body.kind === 'prompt' || body.kind === 'tool_results' ? charactersIn(body) : 0;

function charactersIn(value: unknown): number {
  let characters = 0;
  JSON.stringify(value, (key: string, part: unknown) => {
    if (key !== 'data' || typeof part !== 'string') return part;
    characters += part.length;
    return '';
  });
  return characters;
}

const note = {
  type: 'text',
  text: '[What was shown here is left out: with all the rest it is more than can be shown at once.]',
} as const;

function withoutMedia(entry: Entry): Entry {
  const { body } = entry;
  if (body.kind === 'prompt' && typeof body.content !== 'string') {
    return {
      ...entry,
      body: { ...body, content: body.content.map((block) => (hasMedia(block) ? note : block)) },
    };
  }
  if (body.kind !== 'tool_results') return entry;
  const results = body.results.map((result) =>
    typeof result.content === 'string'
      ? result
      : { ...result, content: result.content.map((block) => (hasMedia(block) ? note : block)) },
  );
  return { ...entry, body: { ...body, results } };
}
