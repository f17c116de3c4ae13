import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';

/** What the endpoint does with one request. */
const Answer = z.object({
  status: z.number().default(200),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.unknown().optional(),
  ending: z.enum(['complete', 'never', 'break']).default('complete'),
});

export const Asked = z.object({ headers: z.record(z.string(), z.string()), text: z.string() });
export type Asked = z.infer<typeof Asked>;

/** An address whose first request gets the first answer, and so on; the last answer is for all that follow. */
export const hookUrl = (server: string, key: string, ...answers: readonly z.input<typeof Answer>[]): string =>
  `${server}/hook?${new URLSearchParams({ key, answers: JSON.stringify(answers) })}`;

/** Endpoints of hooks; `GET /asked?key=…` tells what each was asked. */
export async function startFakeHooks(): Promise<{ readonly url: string; close(): void }> {
  const asked = new Map<string, Asked[]>();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake');
    const key = searchParams.get('key') ?? '';
    const before = asked.get(key) ?? [];
    if (pathname === '/asked') return response.end(JSON.stringify(before));
    if (pathname === '/large') return response.end(JSON.stringify({ reason: 'x'.repeat(2 ** 20) }));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    asked.set(key, [
      ...before,
      Asked.parse({ headers: request.headers, text: Buffer.concat(chunks).toString() }),
    ]);
    const answers = z.array(Answer).parse(JSON.parse(searchParams.get('answers') ?? '[]'));
    const given = answers[before.length] ?? answers.at(-1) ?? Answer.parse({});
    if (given.ending === 'never') return undefined;
    if (given.ending === 'break') return response.destroy();
    response.writeHead(given.status, given.headers);
    return response.end(typeof given.body === 'string' ? given.body : JSON.stringify(given.body));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fake hooks have no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

export async function askedOf(server: string, key: string): Promise<Asked[]> {
  return z.array(Asked).parse(await (await fetch(`${server}/asked?key=${key}`)).json());
}
