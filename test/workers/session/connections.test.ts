import { afterEach, expect, inject, test, vi } from 'vitest';
import { catalog } from '#catalog/catalog.ts';
import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { textOfDeltas } from '../../support/workers/socket.ts';
import { hands, says, start } from '../../support/workers/tasks.ts';

const [reviewer] = catalog.subagents;
if (reviewer === undefined) throw new Error('there are no subagents');
const { tools } = reviewer;
afterEach(() => {
  vi.restoreAllMocks();
  Object.assign(reviewer, { tools });
});

/** The web of the test in place of the real one; how many requests wait for an answer, whoever made them, is counted. */
function watchNetwork() {
  const real = globalThis.fetch;
  const network = { now: 0, most: 0, count: 0 };
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const isOutside = ['cloudflare-dns.com', 'public.example'].includes(url.hostname);
    network.count += 1;
    network.most = Math.max(network.most, (network.now += 1));
    try {
      return await real(isOutside ? `${inject('webUrl')}${url.pathname}${url.search}` : input, init);
    } finally {
      network.now -= 1;
    }
  });
  return network;
}

test('four subagents that fetch four pages each wait for five answers at a time, names and models included', async () => {
  Object.assign(reviewer, { tools: ['WebFetch'] });
  const { socket } = await start();
  const pages = (id: string): FakeAnswer => ({
    blocks: ['1', '2', '3', '4'].map((number) => ({
      tool: 'WebFetch',
      id: `${id}${number}`,
      input: { url: `https://public.example/slow?${id}${number}` },
    })),
  });
  const network = watchNetwork();
  const events = await socket.say(
    promptScript(
      hands(...['a', 'b', 'c', 'd'].map((id) => ({ id: `t${id}`, steps: [pages(id), says('read')] }))),
      says('All read.'),
    ),
  );
  expect(textOfDeltas(events)).toBe('All read.');
  const read = events.filter((event) => event.type === 'tool_result' && event.content.includes('at last'));
  expect(read).toHaveLength(16);
  // Two names and a page each, two model calls of each subagent, and two of the agent
  expect(network).toEqual({ now: 0, most: expect.any(Number), count: 16 * 3 + 4 * 2 + 2 });
  expect(network.most).toBeLessThanOrEqual(5);
  expect(await (await fetch(`${inject('webUrl')}/most`)).text()).toBe('3');
});
