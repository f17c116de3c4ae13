import type { AssistantBlock, Message, UserBlock } from '#protocol/message.ts';
import type { Entry, EntryBody } from '#session/entry.ts';
import type { EntryStore } from '#session/entry-store.ts';

/** About 150,000 tokens, and a request that stays quick to build however old the session is. */
const MAX_WEIGHT = 600_000;
const MAX_ENTRIES = 800;

export interface Window {
  readonly messages: Message[];
  /** The entry with which the window begins; store it, so that the window moves in rare, large steps. */
  readonly start: number;
}

/**
 * What the model sees of the transcript: everything, until that is too much; then the older half leaves its view.
 * Contract: from turn to turn the messages only grow at the end, byte for byte, but for those rare moves.
 */
export function modelMessages(entries: EntryStore, start: number, upTo: number): Window {
  const inView = readView(entries, start, upTo);
  const weights = inView.map(weight);
  const total = weights.reduce((sum, each) => sum + each, 0);
  if (total <= MAX_WEIGHT && inView.length <= MAX_ENTRIES) return { messages: toMessages(inView), start };

  const cut = newerHalf(inView, weights);
  return { messages: toMessages(inView.slice(cut)), start: inView[cut]?.seq ?? start };
}

/** Providers refuse larger requests, and the memory of one machine holds several of them. */
const MAX_MEDIA_CHARACTERS = 20_000_000;

/** From the newest entry backwards, so that of the images and documents the newest are kept, and no more are held. */
function readView(entries: EntryStore, start: number, upTo: number): Entry[] {
  const view: Entry[] = [];
  let left = MAX_MEDIA_CHARACTERS;
  for (const entry of entries.backwards(upTo)) {
    if (entry.seq < start) break;
    left -= mediaCharacters(entry.body);
    view.push(left < 0 ? withoutMedia(entry) : entry);
  }
  return view.reverse();
}

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

/** The first prompt from which on everything fits half of the limits; the newest prompt, if nothing does. */
function newerHalf(entries: readonly Entry[], weights: readonly number[]): number {
  let left = MAX_WEIGHT / 2;
  let cut: number | undefined;
  for (let index = entries.length - 1; index >= 0; index--) {
    left -= weights[index] ?? 0;
    const tooFar = left < 0 || entries.length - index > MAX_ENTRIES / 2;
    if (tooFar && cut !== undefined) return cut;
    if (entries[index]?.body.kind === 'prompt') cut = index;
  }
  return cut ?? 0;
}

/** What 1,500 tokens, about the price of an image or a page, are in characters. */
const MEDIA_WEIGHT = 6_000;

/** Characters, where an image or a document counts as what it costs and not as its base64. */
function weight({ body }: Entry): number {
  if (body.kind !== 'prompt' && body.kind !== 'assistant' && body.kind !== 'tool_results') return 0;
  let media = 0;
  const json = JSON.stringify(body, (key: string, value: unknown) => {
    if (key !== 'data') return value;
    media += 1;
    return '';
  });
  return json.length + media * MEDIA_WEIGHT;
}

export function toMessages(entries: readonly Entry[]): Message[] {
  const messages: Message[] = [];
  let day: string | undefined;
  for (const entry of entries) {
    const { body } = entry;
    if (body.kind === 'assistant') {
      const content = sendable(body.content);
      if (content.some(({ type }) => type !== 'thinking' && type !== 'redacted_thinking'))
        messages.push({ role: 'assistant', content });
    } else if (body.kind === 'tool_results') {
      addUser(messages, body.results);
    } else if (body.kind === 'prompt') {
      const today = new Date(entry.at).toISOString().slice(0, 10);
      const note: UserBlock[] =
        day === undefined || day === today ? [] : [{ type: 'text', text: `[It is now ${today}.]` }];
      day = today;
      const said: UserBlock[] =
        typeof body.content === 'string' ? [{ type: 'text', text: body.content }] : body.content;
      addUser(messages, [...note, ...said]);
    }
  }
  return messages;
}

/** Not every server of this API takes two messages of one role in a row. */
function addUser(messages: Message[], content: readonly UserBlock[]): void {
  const last = messages.at(-1);
  if (last?.role === 'user') last.content.push(...content);
  else messages.push({ role: 'user', content: [...content] });
}

/** The API refuses empty texts. */
const sendable = (content: readonly AssistantBlock[]): AssistantBlock[] =>
  content.filter((block) => block.type !== 'text' || block.text.trim() !== '');
