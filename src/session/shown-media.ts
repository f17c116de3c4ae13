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

const shown = (entry: Entry, start: number): Entry => (entry.seq < start ? withoutMedia(entry) : entry);

const hasMedia = (block: { readonly type: string }): boolean =>
  block.type === 'image' || block.type === 'document';

function mediaCharacters(body: EntryBody): number {
  let characters = 0;
  if (body.kind !== 'prompt' && body.kind !== 'tool_results') return 0;
  JSON.stringify(body, (key: string, value: unknown) => {
    if (key !== 'data' || typeof value !== 'string') return value;
    characters += value.length;
    return '';
  });
  return characters;
}

function withoutMedia(entry: Entry): Entry {
  const { body } = entry;
  const note = { type: 'text', text: '[What was shown here is too long ago to be shown again.]' } as const;
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
