import { setTimeout as sleep } from 'node:timers/promises';
import { checkSession, pendingAlarms, type Findings } from './kill-check.ts';
import { KillClient, type Phase } from './kill-client.ts';
import { planRounds, type KillPoint, type KillRound } from './kill-plan.ts';
import { scriptedTurn, type ScriptedTurn } from './kill-script.ts';
import { startKillServer, type KillServer } from './kill-server.ts';

/** An interrupted turn that takes longer has not ended. */
const TURN_LIMIT_MS = 30_000;

/** How long a server with nothing to do is watched. */
const REST_MS = 1_500;

export interface KilledSession extends Findings {
  readonly point: KillPoint;
  readonly phase: Phase;
  readonly sessionId: string;
  /** In all its prompts. */
  readonly mark: string;
  /** From the server's first answer after the kill to the first thinking or text; undefined where none was due. */
  readonly firstTokenMs: number | undefined;
}

export interface KillReport {
  readonly seed: number;
  readonly sessions: readonly KilledSession[];
  readonly restarts: number;
  /** Model calls beyond those of undisturbed turns. */
  readonly repeatedCalls: number;
}

/** Kills a real server at `count` moments, one session of each kind at a time, and looks what became of them. */
export async function runKills({
  count,
  seed,
  onRound = () => {},
}: {
  readonly count: number;
  readonly seed: number;
  readonly onRound?: (sessions: readonly KilledSession[]) => void;
}): Promise<KillReport> {
  const server = await startKillServer();
  try {
    const sessions: KilledSession[] = [];
    const callsBefore = server.model.requests.length;
    let restarts = 0;
    let calls = 0;
    for (const round of planRounds({ count, seed })) {
      const killed = await runRound(server, round, seed);
      restarts += round.againAfterMs === undefined ? 1 : 2;
      calls += killed.calls;
      sessions.push(...killed.sessions);
      onRound(killed.sessions);
    }
    const repeatedCalls = server.model.requests.length - callsBefore - calls;
    return { seed, sessions, restarts, repeatedCalls };
  } finally {
    await server.close();
  }
}

interface Attempt {
  readonly point: KillPoint;
  readonly client: KillClient;
  readonly turns: ScriptedTurn[];
}

async function runRound(server: KillServer, { points, trigger, againAfterMs }: KillRound, seed: number) {
  const headers = await server.headers();
  const token = headers['x-user-token'] ?? '';
  const mark = ({ index }: KillPoint) => `kill${seed}point${String(index).padStart(4, '0')}`;
  const attempts = await Promise.all(
    points.map(async (point): Promise<Attempt> => {
      const client = await connect(server, token);
      return { point, client, turns: [scriptedTurn(`${mark(point)}a`, point.act)] };
    }),
  );

  const killAt = performance.now() + Math.max(...points.map(({ afterMs }) => afterMs)) + 50;
  await Promise.all(attempts.map((attempt) => lead(attempt, killAt)));
  const awaited = attempts.find(({ point }) => point.kind === trigger.kind);
  while ((awaited?.client.count(trigger.type) ?? 0) < trigger.nth && performance.now() < killAt + 1_000)
    await sleep(1);
  await sleep(trigger.delayMs);
  const phases = attempts.map(({ client }) => client.phase());
  await server.kill();
  for (const { client } of attempts) client.answers = true;
  await server.restart();
  if (againAfterMs !== undefined) {
    await sleep(againAfterMs);
    await server.kill();
    await server.restart();
  }
  const backAt = performance.now();

  const sessions = await Promise.all(
    attempts.map(async ({ point, client, turns }, place): Promise<KilledSession> => {
      const hasEnded = await client.ended(turns.length, TURN_LIMIT_MS);
      const firstTokenMs =
        client.resumedTokenAt === undefined ? undefined : Math.max(0, client.resumedTokenAt - backAt);
      if (point.kind === 'idle') {
        turns.push(scriptedTurn(`${mark(point)}c`));
        client.say(turns.at(-1)?.prompt ?? '');
        await client.ended(turns.length, TURN_LIMIT_MS);
      }
      const { sessionId } = client;
      const found = await checkSession(
        { sessionId, turns, seen: client.thread },
        { url: server.url, headers, token, sent: server.outward.sent },
      );
      client.close();
      const wrong = [...client.faults, ...found.wrong];
      if (!hasEnded) wrong.push('a turn did not end');
      if (client.count('done') !== turns.length)
        wrong.push(`${client.count('done')} times done, not ${turns.length}`);
      const phase = phases[place] ?? 'idle';
      return { point, phase, sessionId, mark: mark(point), firstTokenMs, ...found, wrong };
    }),
  );
  await watchRest(server, sessions);
  const made = attempts.flatMap(({ turns }) => turns.map(({ steps, stepsInside }) => steps + stepsInside));
  return { sessions, calls: made.reduce((sum, one) => sum + one, 0) };
}

/** Sends the prompt so that the kill finds the turn where the plan wants it. */
async function lead({ point, client, turns }: Attempt, killAt: number): Promise<void> {
  await sleep(Math.max(0, killAt - point.afterMs - performance.now()));
  client.say(turns[0]?.prompt ?? '');
  if (!point.queued) return;
  const [first] = turns;
  const second = scriptedTurn(`${first?.mark ?? ''}b`);
  turns.push(second);
  client.say(second.prompt);
}

/** Adds to what is wrong what still goes on although all turns have ended. */
async function watchRest(server: KillServer, sessions: readonly KilledSession[]): Promise<void> {
  const calls = server.model.requests.length;
  await sleep(REST_MS);
  const alarms = pendingAlarms(server.state);
  const requests = server.model.requests.slice(calls);
  for (const { sessionId, mark, wrong } of sessions) {
    if (alarms.some((name) => name.endsWith(`/${sessionId}`))) wrong.push('at rest, and an alarm is set');
    if (requests.some(({ raw }) => raw.includes(mark))) wrong.push('at rest, and the model is called');
  }
}

async function connect(server: KillServer, token: string): Promise<KillClient> {
  const client = new KillClient({ server: server.url, token });
  await client.connect();
  return client;
}
