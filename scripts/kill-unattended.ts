import { setTimeout as sleep } from 'node:timers/promises';
import { checkSession, pendingAlarms } from './kill-check.ts';
import { KillClient } from './kill-client.ts';
import { scriptedTurn } from './kill-script.ts';
import { startKillServer } from './kill-server.ts';

/** By then an interrupted turn has to have gone on by itself, and ended. */
const LIMIT_MS = 25_000;

/** After the prompt: in the first message, in the slow tool, in the second step, in a letter, in what a subagent does aside. */
const KILLS = [
  { afterMs: 300, act: 'read' },
  { afterMs: 900, act: 'read' },
  { afterMs: 1_700, act: 'read' },
  { afterMs: 1_900, act: 'send' },
  { afterMs: 2_200, act: 'delegate aside' },
] as const;

/** Kills turns to which no client comes back: each has to end by its session's alarm. */
export async function runUnattended(seed: number): Promise<{ endedMs: number[]; wrong: string[] }> {
  const server = await startKillServer();
  try {
    const headers = await server.headers();
    const token = headers['x-user-token'] ?? '';
    const killAt = performance.now() + Math.max(...KILLS.map(({ afterMs }) => afterMs)) + 500;
    const left = await Promise.all(
      KILLS.map(async ({ afterMs, act }, index) => {
        const client = new KillClient({ server: server.url, token });
        await client.connect();
        const turn = scriptedTurn(`unattended${seed}point${index}`, act);
        await sleep(Math.max(0, killAt - afterMs - performance.now()));
        client.say(turn.prompt);
        return { client, turn };
      }),
    );
    await sleep(Math.max(0, killAt - performance.now()));
    for (const { client } of left) client.close();
    await server.kill();
    await server.restart();

    // Nothing is asked of the server until its alarms are gone or the time is over
    const backAt = Date.now();
    while (pendingAlarms(server.state).length > 0 && Date.now() - backAt < LIMIT_MS) await sleep(250);
    const wrong = pendingAlarms(server.state).map(
      (name) => `nobody came back: ${name} has an alarm after ${LIMIT_MS} ms`,
    );
    const endedMs: number[] = [];
    const lookedAt = Date.now();
    for (const { client, turn } of left) {
      const { sessionId } = client;
      const found = await checkSession(
        { sessionId, turns: [turn], seen: undefined },
        { url: server.url, headers, token, sent: server.outward.sent },
      );
      wrong.push(
        ...[...found.lost, ...found.doubled, ...found.wrong].map((what) => `nobody came back: ${what}`),
      );
      const endedAt = found.endedAt ?? Infinity;
      if (endedAt > lookedAt) wrong.push('nobody came back: a turn had not ended before it was looked at');
      endedMs.push(endedAt - backAt);
    }
    return { endedMs, wrong };
  } finally {
    await server.close();
  }
}
