import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EndpointHook } from '#catalog/hook.ts';
import { noObjection } from '#protocol/hook.ts';
import { askEndpoint } from '#session/ask-endpoint.ts';
import { Asked, askedOf, hookUrl, startFakeHooks } from '#test/support/fake-hooks.ts';

let server: Awaited<ReturnType<typeof startFakeHooks>>;
beforeAll(async () => {
  server = await startFakeHooks();
});
afterAll(() => server.close());

const subject = { event: 'PreToolUse', tool_name: 'Bash', tool_input: { command: 'ls' } };
const secrets: Readonly<Record<string, string>> = { HOOK_KEY: 'k3y', HOOK_TOKEN: 't0k', EMPTY: '' };

function ask(hook: Partial<EndpointHook> & { readonly url: string }, signal = new AbortController().signal) {
  return askEndpoint(
    {
      kind: 'endpoint',
      event: 'PreToolUse',
      matcher: undefined,
      headers: {},
      secret: undefined,
      timeoutMs: 300,
      onFailure: 'deny',
      ...hook,
    },
    subject,
    { fetch, secretOf: (name) => secrets[name], clock: { now: () => 1_700_000_000_500 }, signal },
  );
}

test.each([
  { name: 'nothing', answer: {}, value: noObjection },
  { name: 'no content', answer: { status: 204 }, value: noObjection },
  { name: 'an empty object', answer: { body: {} }, value: noObjection },
  {
    name: 'a refusal',
    answer: { body: { decision: 'deny', reason: ' Not here. ', extra: 1 } },
    value: { ...noObjection, decision: 'deny', reason: 'Not here.' },
  },
  {
    name: 'everything',
    answer: {
      body: { decision: 'ask', reason: null, updated_input: { command: 'ls -l' }, additional_context: 'x' },
    },
    value: { decision: 'ask', reason: '', updated_input: { command: 'ls -l' }, additional_context: 'x' },
  },
])('$name is an answer', async ({ name, answer, value }) => {
  expect(await ask({ url: hookUrl(server.url, name, answer) })).toEqual({ ok: true, value });
});

test.each([
  { name: 'an error of the server', answer: { status: 500, body: {} }, problem: 'bad_status', requests: 1 },
  {
    name: 'a redirect',
    answer: { status: 302, headers: { location: '/asked?key=elsewhere' } },
    problem: 'redirected',
    requests: 1,
  },
  { name: 'text', answer: { body: 'ok' }, problem: 'not_json', requests: 1 },
  { name: 'a list', answer: { body: [] }, problem: 'not_an_answer', requests: 1 },
  {
    name: 'an unknown decision',
    answer: { body: { decision: 'maybe' } },
    problem: 'not_an_answer',
    requests: 1,
  },
  { name: 'silence', answer: { ending: 'never' as const }, problem: 'too_slow', requests: 1 },
  {
    name: 'a broken connection, twice',
    answer: { ending: 'break' as const },
    problem: 'unreachable',
    requests: 2,
  },
])('$name is none: $problem', async ({ name, answer, problem, requests }) => {
  const url = hookUrl(server.url, name, answer);
  expect(await ask({ url })).toEqual({ ok: false, problem });
  expect(await askedOf(server.url, name)).toHaveLength(requests);
});

test('an answer of a megabyte is none', async () => {
  expect(await ask({ url: `${server.url}/large` })).toEqual({ ok: false, problem: 'too_large' });
});

test('a connection that breaks is tried once more', async () => {
  const url = hookUrl(server.url, 'again', { ending: 'break' }, { body: { decision: 'deny' } });
  expect(await ask({ url })).toEqual({ ok: true, value: { ...noObjection, decision: 'deny' } });
});

test('what is sent: the subject, the headers with their secrets, and a signature over time and body', async () => {
  await ask({
    url: hookUrl(server.url, 'sent', {}),
    headers: { authorization: 'Bearer ${HOOK_TOKEN}' },
    secret: 'HOOK_KEY',
  });
  const [sent] = await askedOf(server.url, 'sent');
  const { headers, text } = Asked.parse(sent);
  expect(JSON.parse(text)).toEqual(subject);
  const mac = createHmac('sha256', 'k3y').update(`1700000000.${text}`).digest('hex');
  expect(headers).toMatchObject({
    authorization: 'Bearer t0k',
    'content-type': 'application/json',
    'x-edgewise-timestamp': '1700000000',
    'x-edgewise-signature': `sha256=${mac}`,
  });
});

test.each([
  { name: 'a header', hook: { headers: { authorization: '${NOT_SET}' } } },
  { name: 'the signature', hook: { secret: 'NOT_SET' } },
  { name: 'the signature, empty', hook: { secret: 'EMPTY' } },
])('nothing is sent while the secret of $name is missing', async ({ name, hook }) => {
  expect(await ask({ url: hookUrl(server.url, name, {}), ...hook })).toEqual({
    ok: false,
    problem: 'secret_missing',
  });
  expect(await askedOf(server.url, name)).toEqual([]);
});

test('cancelling ends the asking', async () => {
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 20);
  const asked = ask(
    { url: hookUrl(server.url, 'cancel', { ending: 'never' }), timeoutMs: 5_000 },
    abort.signal,
  );
  expect(await asked).toEqual({ ok: false, problem: 'cancelled' });
});
