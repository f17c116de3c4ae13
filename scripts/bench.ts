/**
 * Measures Edgewise against a bare relay object in the same server: `npm run bench`. Absolute times are this
 * machine's; the ratios are what counts.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { startFakeMessagesApi } from '#test/support/fake-messages-api.ts';
import { answerFromPrompt, promptScript } from '#test/support/prompt-script.ts';
import { measureChannels, startBenchPlatforms } from './bench-channels.ts';
import { freePort, startDevServer } from './dev-server.ts';
import { openBenchSocket, median, type BenchSocket } from './bench-socket.ts';

const root = join(import.meta.dirname, '..');
const state = mkdtempSync(join(tmpdir(), 'edgewise-bench-'));
const PORT = await freePort();
const API_KEY = 'bench-key';
const PASSWORD = 'bench-password';

/** Nobody answers in the millisecond in which an answer ends; who does shares the disk with the end of that turn. */
const THINKING_MS = 50;

const model = await startFakeMessagesApi();
model.respondWith((request) => {
  const { raw } = request;
  // A script of answers within a prompt
  if (raw.includes('[{\\"blocks')) return answerFromPrompt(request);
  const deltas = /"say deltas:(\d+)"/.exec(raw)?.[1];
  return { blocks: [{ text: Array.from({ length: Number(deltas ?? 5) }, (_, index) => `word${index} `) }] };
});
const platforms = await startBenchPlatforms();
const server = await startDevServer({
  port: PORT,
  state,
  config: 'test/bench/wrangler.toml',
  vars: {
    API_KEY,
    CLI_ADMIN_PASSWORD: PASSWORD,
    PROXY_BASE_URL: model.url,
    ...platforms.telegram.vars,
    ...platforms.whatsapp.vars,
  },
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => void server.stop('SIGKILL').then(() => process.exit(130)));
}

const results: (readonly [what: string, figure: string, goal: string, met: boolean])[] = [];
const report = (what: string, figure: string, { goal, met }: { goal: string; met: boolean }) => {
  results.push([what, figure, goal, met]);
  console.log(`${met ? 'ok  ' : 'MISS'}  ${what}: ${figure} (goal ${goal})`);
};

try {
  const token = await signIn();
  const chat = (sessionId?: string) =>
    openBenchSocket(
      `ws://localhost:${PORT}/api/v1/ws/chat?token=${token}${sessionId === undefined ? '' : `&session_id=${sessionId}`}`,
    );
  const relay = (name: string) => openBenchSocket(`ws://localhost:${PORT}/relay?name=${name}`);
  await warmUp(chat, relay);
  await measureFirstToken(chat, relay);
  await measureLongTurn(chat, relay);
  await measureManySessions(chat);
  await measureDelegation(chat);
  await measureOldSession(chat);
  await measureSearch(token);
  await measureChannels({ platforms, url: server.url, model, report });
  measureSize();
} finally {
  await server.stop();
  await model.close();
  for (const { fake } of Object.values(platforms)) await fake.close();
  rmSync(state, { recursive: true, force: true });
}
process.exit(results.every(([, , , met]) => met) ? 0 : 1);

async function signIn(): Promise<string> {
  const response = await fetch(`${server.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: PASSWORD }),
  });
  const { token }: { token: string } = await response.json();
  return token;
}

type Open = (name?: string) => Promise<BenchSocket>;
type OpenRelay = (name: string) => Promise<BenchSocket>;

async function warmUp(chat: Open, relay: OpenRelay): Promise<void> {
  for (const socket of [await chat(), await relay('warm')]) {
    for (let turn = 0; turn < 5; turn++) await socket.turn('hello');
    socket.close();
  }
}

async function measureFirstToken(chat: Open, relay: OpenRelay): Promise<void> {
  const first: Record<'ours' | 'relay', number[]> = { ours: [], relay: [] };
  const later: Record<'ours' | 'relay', number[]> = { ours: [], relay: [] };
  for (let round = 0; round < 40; round++) {
    const sockets = { ours: await chat(), relay: await relay(`first-${round}`) };
    for (const who of ['ours', 'relay'] as const) {
      first[who].push((await sockets[who].turn('hello')).firstText);
      for (let turn = 0; turn < 3; turn++) {
        await pause(THINKING_MS);
        later[who].push((await sockets[who].turn('and now')).firstText);
      }
      sockets[who].close();
    }
  }
  for (const [name, times] of [
    ['first turn', first],
    ['later turns', later],
  ] as const) {
    ratio(`first token, ${name}`, { ours: median(times.ours), relay: median(times.relay), limit: 2 });
  }
}

async function measureLongTurn(chat: Open, relay: OpenRelay): Promise<void> {
  const times: Record<'ours' | 'relay', number[]> = { ours: [], relay: [] };
  const sockets = { ours: await chat(), relay: await relay('long') };
  for (let round = 0; round < 25; round++) {
    for (const who of ['ours', 'relay'] as const) {
      times[who].push((await sockets[who].turn('say deltas:200')).end);
    }
  }
  for (const socket of Object.values(sockets)) socket.close();
  ratio('turn of 200 deltas, all stored', {
    ours: median(times.ours),
    relay: median(times.relay),
    limit: 1.5,
  });
}

async function measureManySessions(chat: Open): Promise<void> {
  const sockets = await Promise.all(Array.from({ length: 100 }, () => chat()));
  const startedAt = performance.now();
  const turns = await Promise.allSettled(sockets.map((socket) => socket.turn('say deltas:100')));
  const failed = turns.filter((turn) => turn.status === 'rejected' || turn.value.texts !== 100).length;
  for (const socket of sockets) socket.close();
  report(
    '100 sessions streaming at once',
    `${failed} failures, all done in ${Math.round(performance.now() - startedAt)} ms`,
    {
      goal: '0 failures',
      met: failed === 0,
    },
  );
}

/** A task is one model call more than a call of a tool that reads; what it takes beyond that is ours. */
async function measureDelegation(chat: Open): Promise<void> {
  const says = (text: string) => ({ blocks: [{ text: [text] }] });
  const calls = (tool: string, input: object) => ({ blocks: [{ tool, id: `call${turns}`, input }] });
  let turns = 0;
  const times: Record<'plain' | 'tool' | 'task', number[]> = { plain: [], tool: [], task: [] };
  const socket = await chat();
  for (; turns < 40; turns++) {
    const glob = calls('Glob', { pattern: '*.none' });
    const prompt = promptScript(says('Fine.'));
    const task = calls('Task', { description: 'look', prompt, subagent_type: 'reviewer' });
    times.plain.push((await socket.turn(prompt)).end);
    times.tool.push((await socket.turn(promptScript(glob, says('Done.')))).end);
    times.task.push((await socket.turn(promptScript(task, says('Done.')))).end);
  }
  socket.close();
  const beyond = median(times.task) - median(times.tool);
  const allowed = median(times.plain) + 10;
  report(
    'a task, beyond a call of a tool',
    `${beyond.toFixed(1)} ms (a plain turn: ${median(times.plain).toFixed(1)} ms)`,
    {
      goal: '≤ one model call + 10 ms',
      met: beyond <= allowed,
    },
  );
}

async function measureOldSession(chat: Open): Promise<void> {
  const young = await chat();
  await young.turn('hello');
  const old = await chat();
  await old.turn('hello');
  await fetch(`${server.url}/seed-session?name=admin/${old.sessionId}&turns=5000`).catch(() => undefined);
  old.close();
  const aged = await chat(old.sessionId);
  const times: Record<'young' | 'aged', number[]> = { young: [], aged: [] };
  await aged.turn('wake up');
  for (let round = 0; round < 30; round++) {
    times.young.push((await young.turn('next')).end);
    times.aged.push((await aged.turn('next')).end);
  }
  young.close();
  aged.close();
  const figure = median(times.aged) / median(times.young);
  report(
    'a turn after 10,000 messages, against one after a few',
    `${figure.toFixed(2)}× (${median(times.aged).toFixed(1)} ms)`,
    {
      goal: '≤ 1.5×',
      met: figure <= 1.5,
    },
  );
}

async function measureSearch(token: string): Promise<void> {
  const words =
    'river mountain invoice garden report quarterly meeting travel recipe winter bicycle music'.split(' ');
  for (let session = 0; session < 100; session++) {
    const records = Array.from({ length: 1000 }, (_, seq) => ({
      seq,
      role: seq % 2 === 0 ? 'user' : 'assistant',
      text: `${words[seq % 12]} ${words[(seq * 7 + session) % 12]} note ${session}-${seq} about ${words[(seq * 5) % 12]}, ${
        seq === 500 && session % 10 === 0 ? 'zeppelin' : 'nothing else'
      }`,
    }));
    await fetch(`${server.url}/seed-search?name=admin&session=search-${session}`, {
      method: 'POST',
      body: JSON.stringify(records),
    });
  }
  const headers = { 'x-api-key': API_KEY, 'x-user-token': token };
  for (const query of ['zeppelin', 'note 42-77', 'ze', 'garden']) {
    const times: number[] = [];
    for (let round = 0; round < 11; round++) {
      const startedAt = performance.now();
      await (
        await fetch(`${server.url}/api/v1/sessions/search?query=${encodeURIComponent(query)}`, { headers })
      ).text();
      times.push(performance.now() - startedAt);
    }
    const time = median(times);
    report(`search over 100,000 messages, "${query}"`, `${time.toFixed(1)} ms`, {
      goal: '≤ 50 ms',
      met: time <= 50,
    });
  }
}

function measureSize(): void {
  const out = join(state, 'bundle');
  const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');
  spawnSync(process.execPath, [wrangler, 'deploy', '--dry-run', '--minify', '--outdir', out], { cwd: root });
  const code = readdirSync(out).filter((file) => !file.endsWith('.map') && !file.endsWith('.md'));
  const bytes = code.reduce((sum, file) => sum + gzipSync(readFileSync(join(out, file))).length, 0);
  report('the Worker, minified and gzipped', `${(bytes / 1e6).toFixed(2)} MB`, {
    goal: '≤ 2 MB',
    met: bytes > 0 && bytes <= 2e6,
  });
}

function ratio(what: string, { ours, relay, limit }: { ours: number; relay: number; limit: number }): void {
  report(what, `${(ours / relay).toFixed(2)}× (${ours.toFixed(1)} ms, relay ${relay.toFixed(1)} ms)`, {
    goal: `≤ ${limit}×`,
    met: ours / relay <= limit,
  });
}
