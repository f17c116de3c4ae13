import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { History, SearchResponse, SessionInfo } from '#protocol/session.ts';
import { threadFromHistory } from '#web/core/thread-from-history.ts';
import type { Thread } from '#web/core/thread.ts';
import { KillClient } from './kill-client.ts';
import { inPlace, LOG_FILE, shapeOf, withOutput, YES, type ScriptedTurn } from './kill-script.ts';

export interface Findings {
  /** What had to stand in the conversation and does not, in any of its views. */
  readonly lost: string[];
  /** What stands there more often than once. */
  readonly doubled: string[];
  /** Everything else that is not as promised. */
  readonly wrong: string[];
  /** How often a command ran again because its result was not stored when it was interrupted. */
  readonly repeats: number;
  /** How many letters it was said of that nobody knows whether they were sent. */
  readonly unknownLetters: number;
  /** When the last turn ended, milliseconds since 1970. */
  readonly endedAt: number | undefined;
}

interface CheckDeps {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly token: string;
  /** How often a letter was sent. */
  readonly sent: (letter: string) => number;
}

/** Looks at a session whose turns have ended from all sides; `seen` is what its client shows. */
export async function checkSession(
  { sessionId, turns, seen }: { sessionId: string; turns: readonly ScriptedTurn[]; seen: Thread | undefined },
  { url, headers, token, sent }: CheckDeps,
): Promise<Findings> {
  const get = (path: string) => fetch(`${url}/api/v1${path}`, { headers });
  const lost: string[] = [];
  const doubled: string[] = [];
  const wrong: string[] = [];
  const expected = turns.flatMap((turn) => turn.expected);
  const history = History.parse(await (await get(`/sessions/${sessionId}/history`)).json());
  const stored = threadFromHistory(history);
  const replayed = await replay({ server: url, token, sessionId, turns: turns.length });

  const views: [name: string, thread: Thread | undefined][] = [
    ['client', seen],
    ['history', stored],
    ['replay', replayed],
  ];
  for (const [name, thread] of views) {
    if (thread === undefined) continue;
    const shown = thread.items.map(shapeOf);
    lost.push(...without(expected, shown).map((line) => `${name}: ${short(line)}`));
    doubled.push(...without(shown, expected).map((line) => `${name}: ${short(line)}`));
    const placed = inPlace(shown);
    if (expected.length === shown.length && inPlace(expected).some((line, index) => line !== placed[index]))
      wrong.push(`${name}: not in this order`);
    if (thread.items.map(withOutput).join('\n') !== stored.items.map(withOutput).join('\n'))
      wrong.push(`${name}: not what the history tells`);
  }

  const ends = history.messages.filter(({ metadata }) => metadata['event_type'] === 'result');
  if (ends.length !== turns.length) wrong.push(`history: ${ends.length} ends of ${turns.length} turns`);
  for (const [index, { metadata }] of ends.entries()) {
    if (metadata['turn_count'] !== turns[index]?.steps || metadata['is_error'] === true)
      wrong.push(`history: an end of ${JSON.stringify(metadata)}`);
  }

  if (!(await soon(async () => (await listedTurns(sessionId, get)) === turns.length)))
    wrong.push(`list: turn_count is ${await listedTurns(sessionId, get)}, not ${turns.length}`);
  for (const { mark } of turns) {
    const isFound = await soon(async () => {
      const { results } = SearchResponse.parse(await (await get(`/sessions/search?query=${mark}`)).json());
      return results.some((hit) => hit.session_id === sessionId);
    });
    if (!isFound) wrong.push(`search: ${mark} is not found`);
  }

  let unknownLetters = 0;
  for (const letter of turns.flatMap(({ letters }) => letters)) {
    const call = stored.items.find((item) => item.kind === 'tool' && item.id === letter);
    const said = call?.kind === 'tool' ? call.output : '';
    const isUnknown = said.includes('whether it took effect is not known');
    if (isUnknown) unknownLetters += 1;
    if (sent(letter) > 1) doubled.push(`outward: ${letter} was sent ${sent(letter)} times`);
    if (isUnknown) continue;
    if (!said.includes(`sent ${letter}`)) wrong.push(`outward: of ${letter} it is said: ${short(said)}`);
    else if (sent(letter) === 0) lost.push(`outward: ${letter}`);
  }

  for (const item of stored.items) {
    if (item.kind === 'tool' && item.name === 'AskUserQuestion' && !item.output.includes(`"${YES}"`))
      wrong.push(`question: of ${item.id} it is said: ${short(item.output)}`);
  }

  const file = await get(`/files/${sessionId}/download/output/${LOG_FILE}`);
  const lines = file.ok ? (await file.text()).trim().split('\n') : [];
  for (const { mark } of turns) {
    if (!lines.includes(mark)) lost.push(`workspace: the line ${mark} in ${LOG_FILE}`);
  }
  const end = ends.at(-1);
  return {
    lost,
    doubled,
    wrong,
    repeats: Math.max(0, lines.length - turns.length),
    unknownLetters,
    endedAt: end === undefined ? undefined : Date.parse(end.timestamp),
  };
}

/** What a client shows that comes now and has seen nothing. */
async function replay(options: { server: string; token: string; sessionId: string; turns: number }) {
  const client = new KillClient(options);
  await client.connect();
  await client.ended(options.turns, 5_000);
  client.close();
  return client.thread;
}

async function listedTurns(sessionId: string, get: (path: string) => Promise<Response>) {
  const pages = await Promise.all(['/sessions', '/sessions?archived=true'].map(get));
  const sessions = (
    await Promise.all(pages.map(async (page) => SessionInfo.array().parse(await page.json())))
  ).flat();
  return sessions.find((session) => session.session_id === sessionId)?.turn_count;
}

/** A turn whose end was stored and not yet told is told to list and search a second after its object wakes. */
async function soon(holds: () => Promise<boolean>): Promise<boolean> {
  for (let attempt = 0; attempt < 20; attempt++) {
    if (await holds()) return true;
    await sleep(200);
  }
  return false;
}

/** The lines of the first list that the second has not, or has less often. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

const short = (line: string) => (line.length > 160 ? `${line.slice(0, 120)} … ${line.slice(-30)}` : line);

const Names = z.array(z.object({ name: z.string() }));

/**
 * The names of the objects that have an alarm, by what their own databases say. The server's list of what is due is
 * told after those, so after a kill in between it may name an object that has none; that one is then let sleep.
 */
export function pendingAlarms(state: string): string[] {
  return globSync(join(state, 'v3/do/*/*.sqlite')).flatMap((file) => {
    if (basename(file) === 'metadata.sqlite') return [];
    const database = new DatabaseSync(file, { readOnly: true });
    const read = (query: string) => Names.parse(database.prepare(query).all());
    const hasAlarm =
      read(`SELECT name FROM sqlite_master WHERE name = '_cf_METADATA'`).length > 0 &&
      read(`SELECT 'alarm' AS name FROM _cf_METADATA WHERE key = 1 AND value IS NOT NULL`).length > 0;
    const names = hasAlarm ? read('SELECT name FROM __miniflare_do_name') : [];
    database.close();
    return names.map(({ name }) => name);
  });
}
