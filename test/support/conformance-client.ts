/**
 * Our MCP client as the conformance suite runs it: `node conformance-client.ts <url of a test server>`. Connects,
 * lists the tools and calls each; where a sign-in is wanted, it plays the user's browser.
 */
import process from 'node:process';
import { z } from 'zod';
import { SignInNeeded } from '#mcp/mcp-problem.ts';
import { RemoteLink } from '#mcp/remote-link.ts';
import { toRemoteServer } from '#mcp/remote-server.ts';
import { finishSignIn, type SignInDeps } from '#mcp/sign-in.ts';
import { MemorySignIns } from '#test/support/memory-sign-ins.ts';

/** More rights may be asked for after the first sign-in; a server that is never content is left. */
const MAX_SIGN_INS = 3;

const Registered = z.object({ client_id: z.string(), client_secret: z.string() }).partial();
const registered = Registered.parse(JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}'));

const { client_id: id, client_secret: secret } = registered;
const server = toRemoteServer('test', {
  url: process.argv.at(-1) ?? '',
  ...(id !== undefined && {
    oauth: { client_id: id, ...(secret !== undefined && { client_secret: secret }) },
  }),
});
const store = new MemorySignIns();
const deps: SignInDeps = {
  store,
  fetch: (url, init) => fetch(url, init),
  secretOf: () => undefined,
  publicUrl: 'https://conformance-test.local',
  metadataUrl: 'https://conformance-test.local/client-metadata.json',
};
const link = new RemoteLink(server, { ...deps, signIns: () => Promise.resolve(deps) });

async function withSignIn<Value>(work: () => Promise<Value>, left = MAX_SIGN_INS): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SignInNeeded) || left === 0) throw error;
    const address = await link.signInAddress(error.challenge);
    const started = store.starts.get(address.slice(address.lastIndexOf('/') + 1));
    if (started === undefined) throw new Error('the sign-in was not kept', { cause: error });
    const answer = await fetch(started.authorizationUrl, { redirect: 'manual' });
    const { searchParams } = new URL(answer.headers.get('location') ?? '');
    const [code, iss] = ['code', 'iss'].map((name) => searchParams.get(name) ?? undefined);
    await finishSignIn(server, started, { code: code ?? '', iss }, deps);
    await link.close();
    return withSignIn(work, left - 1);
  }
}

for (const { name } of await withSignIn(() => link.listTools())) {
  await withSignIn(() => link.callTool(name, { a: 2, b: 3 }, new AbortController().signal));
}
await link.close();
