import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createConnections, timed } from '#lib/connections.ts';
import { withDeadline } from '#lib/deadline.ts';

/** A server that answers only when it is told to, and counts who waits for it. */
let waiting: { readonly path: string; readonly answer: () => void }[];
let asked: string[];
let url: string;
let close: () => Promise<unknown>;

beforeEach(async () => {
  waiting = [];
  asked = [];
  const server = createServer(({ url: path = '' }, response) => {
    asked.push(path);
    const answer = () => {
      waiting = waiting.filter((one) => one.answer !== answer);
      response.writeHead(200).write('headers, and a body that does not end');
    };
    waiting.push({ path, answer });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  url = `http://127.0.0.1:${address.port}`;
  close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
});
afterEach(() => close());

const paths = () => waiting.map(({ path }) => path).toSorted();
const quiet = () => new Promise((resolve) => setTimeout(resolve, 50));

test('five wait for an answer at a time, three of them tools; bodies that nobody reads keep nobody waiting', async () => {
  const { fetch: forModels, toolFetch } = createConnections(fetch);
  const all = [
    ...['/t1', '/t2', '/t3', '/t4'].map((path) => toolFetch(`${url}${path}`)),
    ...['/m1', '/m2', '/m3'].map((path) => forModels(`${url}${path}`)),
  ];
  await expect.poll(paths).toEqual(['/m1', '/m2', '/t1', '/t2', '/t3']);
  await quiet();
  expect(asked).toHaveLength(5);
  for (let left = all.length; left > 0; left -= 1) {
    await expect.poll(() => waiting.length).toBe(Math.min(left, left > 2 ? 5 : left));
    expect(waiting.filter(({ path }) => path.startsWith('/t')).length).toBeLessThanOrEqual(3);
    waiting[0]?.answer();
  }
  for (const response of await Promise.all(all)) expect(response.ok).toBe(true);
  expect(asked.toSorted()).toEqual(['/m1', '/m2', '/m3', '/t1', '/t2', '/t3', '/t4']);
});

test('who gives up while waiting is never sent, and the next one is', async () => {
  const { toolFetch } = createConnections(fetch);
  const held = ['/1', '/2', '/3'].map((path) => toolFetch(`${url}${path}`));
  await expect.poll(paths).toEqual(['/1', '/2', '/3']);
  const stop = new AbortController();
  const given = toolFetch(`${url}/given-up`, { signal: stop.signal });
  const next = toolFetch(`${url}/next`);
  stop.abort(new Error('given up'));
  await expect(given).rejects.toThrow('given up');
  waiting[0]?.answer();
  await held[0];
  await expect.poll(paths).toContain('/next');
  for (const { answer } of waiting) answer();
  await Promise.all([...held, next]);
  expect(asked).not.toContain('/given-up');
});

test('a request that fails makes room', async () => {
  const { toolFetch } = createConnections(fetch);
  const failing = Array.from({ length: 6 }, () => toolFetch('http://127.0.0.1:1/'));
  await expect(Promise.allSettled(failing)).resolves.toHaveLength(6);
  const after = toolFetch(`${url}/after`);
  await expect.poll(paths).toEqual(['/after']);
  waiting[0]?.answer();
  expect((await after).ok).toBe(true);
});

test('however many tools and hooks wait for silent servers, a model gets a connection', async () => {
  const { fetch: forModels, toolFetch, hookFetch } = createConnections(fetch);
  const beside = ['1', '2', '3', '4'].flatMap((name) => [
    toolFetch(`${url}/t${name}`),
    hookFetch(`${url}/h${name}`),
  ]);
  await expect.poll(() => waiting.length).toBe(4);
  await quiet();
  const model = forModels(`${url}/model`);
  await expect.poll(paths).toEqual(['/h1', '/h2', '/model', '/t1', '/t2']);
  for (let left = 9; left > 0; left -= 1) {
    await expect.poll(() => waiting.length).toBeGreaterThan(0);
    waiting[0]?.answer();
  }
  await Promise.all([...beside, model]);
  expect(asked).toHaveLength(9);
});

test('what a request waits for its turn is not taken from its time; what it waits for its answer is', async () => {
  const { toolFetch } = createConnections(fetch);
  const held = ['/1', '/2', '/3'].map((path) => toolFetch(`${url}${path}`));
  await expect.poll(paths).toEqual(['/1', '/2', '/3']);
  const get = (path: string) =>
    withDeadline(100, null, async (time) => {
      const answer = timed(toolFetch, time)(`${url}${path}`, { signal: time.signal });
      return answer.then(
        ({ status }) => status,
        () => time.isOver(),
      );
    });
  const [answered, silent] = [get('/answered'), get('/silent')];
  await new Promise((resolve) => setTimeout(resolve, 300));
  waiting[0]?.answer();
  await expect.poll(paths).toContain('/answered');
  waiting.find(({ path }) => path === '/answered')?.answer();
  expect(await answered).toBe(200);
  expect(await silent).toBe(true);
  expect(asked).toContain('/silent');
  for (const { answer } of waiting) answer();
  await Promise.all(held);
});
