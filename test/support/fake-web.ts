import { createServer, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { z } from 'zod';
import { FakePage } from '#test/support/fake-page.ts';

/** A name server over HTTPS knows these; of every other name it says that there is none. */
const names: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'public.example': { A: answer([1, '93.184.216.34']), AAAA: answer([28, '2606:2800:21f:cb07::1']) },
  'other.example': { A: answer([5, 'public.example.'], [1, '93.184.216.35']), AAAA: answer() },
  'inside.example': { A: answer([1, '10.0.0.7']), AAAA: answer() },
  'half-inside.example': { A: answer([1, '93.184.216.34']), AAAA: answer([28, 'fd00::7']) },
  'half-known.example': { A: answer([1, '93.184.216.34']), AAAA: { Status: 2 } },
  'nameless.example': { A: answer(), AAAA: answer() },
  'odd.example': { A: 'no answer', AAAA: 'no answer' },
};

function answer(...records: readonly (readonly [type: number, data: string])[]) {
  return { Status: 0, Answer: records.map(([type, data]) => ({ name: 'x', type, TTL: 60, data })) };
}

/** The web outside: pages that answer what their address says, and a name server. `/most` says how many waited at once for `/slow`. */
export async function startFakeWeb(): Promise<{ readonly url: string; close(): void }> {
  const slow = { now: 0, most: 0 };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake');
    if (pathname === '/dns-query') {
      const known = names[searchParams.get('name') ?? ''];
      response.setHeader('content-type', 'application/dns-json');
      response.end(JSON.stringify(known?.[searchParams.get('type') ?? ''] ?? { Status: 3 }));
    } else if (pathname === '/slow') {
      slow.most = Math.max(slow.most, (slow.now += 1));
      setTimeout(() => {
        slow.now -= 1;
        response.end('at last');
      }, 100);
    } else if (pathname === '/most') {
      response.end(String(slow.most));
    } else if (pathname === '/headers') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(request.headers));
    } else if (pathname === '/hops') {
      const left = Number(searchParams.get('left'));
      const page =
        left > 0 ? { status: 302, headers: { location: `/hops?left=${left - 1}` } } : { body: 'arrived' };
      send(FakePage.parse(page), response);
    } else if (pathname !== '/never')
      send(FakePage.parse(JSON.parse(searchParams.get('page') ?? '{}')), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fake web has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function send(page: z.output<typeof FakePage>, response: ServerResponse): void {
  const body = Buffer.concat(Array.from({ length: page.times }, () => Buffer.from(page.body, page.encoding)));
  response.writeHead(page.status, { ...page.headers, ...(page.gzip ? { 'content-encoding': 'gzip' } : {}) });
  response.write(page.gzip ? gzipSync(body) : body, () => {
    if (page.ending === 'complete') response.end();
    if (page.ending === 'break') response.destroy();
  });
}
