import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import { catalog } from '#catalog/catalog.ts';
import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser, send } from '../../support/workers/accounts.ts';
import { connectSocket } from '../../support/workers/socket.ts';

afterEach(() => vi.restoreAllMocks());

/** What `agents.yaml` would say. */
function useDirectories(allowedDirectories: readonly string[]): void {
  const agent = catalog.agent(null);
  vi.spyOn(catalog, 'agent').mockImplementation(() => ({ ...agent, allowedDirectories }));
}

async function start() {
  const user = await newUser();
  const { socket, ready } = await connectSocket({ token: user.token, last_event: '0' });
  const sessionId = ready.type === 'ready' ? ready.cwd_id : '';
  let calls = 0;
  /** One call, to its result. */
  const call = async (tool: string, input: object) => {
    calls += 1;
    const answer: FakeAnswer = { blocks: [{ tool, id: `c${calls}`, input }] };
    const events = await socket.say(promptScript(answer, { blocks: [{ text: ['ok'] }] }));
    const result = events.find((event) => event.type === 'tool_result');
    return result?.type === 'tool_result' ? { text: result.content, failed: result.is_error } : undefined;
  };
  const patch = (permission_folders: readonly string[]) =>
    send('PATCH', `/api/v1/sessions/${sessionId}`, { token: user.token, body: { permission_folders } });
  return { ...user, sessionId, call, patch };
}

const bash = (command: string) => ['Bash', { command }] as const;
const notebook = JSON.stringify({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 });

test('without a setting the whole workspace is written', async () => {
  const { call } = await start();
  expect(await call(...bash('echo a > a.txt; mkdir -p b/c; mv a.txt b; rm -r b; ls'))).toEqual({
    text: 'input\noutput',
    failed: false,
  });
});

test('tools write in the allowed folders of their agent, and are told why nowhere else', async () => {
  const { call, username, sessionId } = await start();
  await call('Write', { file_path: 'kept.md', content: 'old words' });
  await call('Write', { file_path: 'kept.ipynb', content: notebook });
  await call(...bash('mkdir output-2; cp kept.md input/in.md'));
  useDirectories(['output', '/workspace/notes/', '/tmp']);

  const reason = 'in this conversation only /workspace/output, /workspace/notes may be written.';
  const insert = { edit_mode: 'insert', cell_type: 'code', new_source: '1' };
  const refused: readonly (readonly [string, object])[] = [
    ['Write', { file_path: 'new.md', content: 'x' }],
    ['Write', { file_path: '/workspace/output/../new.md', content: 'x' }],
    ['Write', { file_path: '/workspace/output-2/new.md', content: 'x' }],
    ['Edit', { file_path: '/workspace/kept.md', old_string: 'old', new_string: 'new' }],
    ['NotebookEdit', { notebook_path: '/workspace/kept.ipynb', ...insert }],
    bash('echo x > new.md'),
    bash('echo x >> output/../kept.md'),
    bash('sed -i s/old/new/ kept.md'),
    bash('cp kept.md new.md'),
    bash('mv kept.md output/'),
    bash('mv output/none.md new.md || mv input/in.md /tmp/in.md'),
    bash('mkdir new'),
    bash('touch new.md'),
    bash('chmod 600 kept.md'),
    bash('rm kept.md'),
    bash('cd output; cd ..; rm -r ./output/../input'),
  ];
  for (const [tool, input] of refused) {
    expect([tool, input, await call(tool, input)]).toEqual([
      tool,
      input,
      { text: expect.stringContaining(reason), failed: true },
    ]);
  }

  // Where a command keeps silent, the reason is told all the same
  expect(await call(...bash('rm -rf /workspace/kept.md'))).toEqual({
    text: expect.stringContaining(reason),
    failed: false,
  });
  // The shell refuses this by itself
  await call(...bash('rm -rf /workspace'));
  expect(await call('Write', { file_path: 'output/a/b.md', content: 'x' })).toMatchObject({ failed: false });
  const allowed =
    'mkdir -p notes; cp kept.md notes/; echo y > /tmp/s; cat /tmp/s >> notes/kept.md; cat notes/kept.md; cat *.md';
  expect(await call(...bash(allowed))).toEqual({ text: 'old wordsy\nold words', failed: false });
  expect(await call('Skill', { skill: 'data-summary' })).toMatchObject({ failed: false });

  // Uploads are the user's own doing
  const stub = env.CHAT_SESSION.getByName(`${username}/${sessionId}`);
  expect(await stub.writeFile('input/upload.txt', new Uint8Array([1]))).toMatchObject({ ok: true });
});

test("a session's own folders go before those of the agent, until they are taken back", async () => {
  const { call, patch } = await start();
  useDirectories(['output']);
  expect(await call('Write', { file_path: 'output/a.md', content: 'x' })).toMatchObject({ failed: false });

  expect((await patch(['/workspace/input'])).status).toBe(200);
  expect(await call('Write', { file_path: 'input/a.md', content: 'x' })).toMatchObject({ failed: false });
  expect(await call('Write', { file_path: 'output/b.md', content: 'x' })).toEqual({
    text: '/workspace/output/b.md may not be changed: in this conversation only /workspace/input may be written.',
    failed: true,
  });

  await patch(['/elsewhere']);
  expect(await call('Write', { file_path: 'input/b.md', content: 'x' })).toEqual({
    text: '/workspace/input/b.md may not be changed: in this conversation nothing under /workspace may be written.',
    failed: true,
  });

  await patch(['/tmp']);
  expect(await call('Write', { file_path: 'output/b.md', content: 'x' })).toMatchObject({ failed: false });
  expect(await call('Write', { file_path: 'input/b.md', content: 'x' })).toMatchObject({ failed: true });
});
