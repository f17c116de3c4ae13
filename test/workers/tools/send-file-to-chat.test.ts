import { expect, test } from 'vitest';
import { sendFileTool } from '#tools/send-file-to-chat.ts';
import { withWorkspace } from '../workspace/open-workspace.ts';
import { runForText } from './run-tool.ts';

const link = async (path: string): Promise<string | null> => `https://edgewise.test/${path}`;

/** Sends a file from a workspace with a few in it. */
const send = (file_path: string, linkTo = link) =>
  withWorkspace(async (workspace) => {
    for (const path of ['output/tts_1.ogg', 'input/a b.mp4', 'plan.svg', 'session-1/own.txt', 'report.xyz'])
      await workspace.writeFile(path, 'bytes');
    return runForText(sendFileTool({ workspace, sessionId: 'session-1', linkTo }), { file_path });
  });

test('what it tells of a file', async () => {
  const file = { filename: 'tts_1.ogg', mime_type: 'audio/ogg', size_bytes: 5 };
  const url = 'https://edgewise.test/output/tts_1.ogg';
  expect(JSON.parse(await send('output/tts_1.ogg'))).toEqual({
    action: 'deliver_file',
    file_path: 'output/tts_1.ogg',
    ...file,
    download_url: url,
    _standalone_file: { type: 'audio', url, ...file },
  });
});

test('without a key that signs links there is none in it', async () => {
  const file = { filename: 'report.xyz', mime_type: 'application/octet-stream', size_bytes: 5 };
  expect(JSON.parse(await send('report.xyz', async () => null))).toEqual({
    action: 'deliver_file',
    file_path: 'report.xyz',
    ...file,
    _standalone_file: { type: 'file', ...file },
  });
});

test.each([
  { asked: '/workspace/output/tts_1.ogg', path: 'output/tts_1.ogg', type: 'audio' },
  { asked: 'session-1/output/tts_1.ogg', path: 'output/tts_1.ogg', type: 'audio' },
  { asked: 'session-1/own.txt', path: 'session-1/own.txt', type: 'file' },
  { asked: './output/../input/a b.mp4', path: 'input/a b.mp4', type: 'video' },
  { asked: 'plan.svg', path: 'plan.svg', type: 'image' },
])('$asked is $path', async ({ asked, path, type }) => {
  expect(JSON.parse(await send(asked))).toMatchObject({ file_path: path, _standalone_file: { type } });
});

const outside = (path: string) =>
  `Path traversal detected: '${path}' resolves outside allowed directory. Files are sent from /workspace: copy it to /workspace/output first.`;

test.each([
  { asked: '', problem: 'file_path is required.' },
  { asked: '  ', problem: 'file_path is required.' },
  { asked: 'output/none.txt', problem: 'File not found: output/none.txt' },
  { asked: 'session-1/output/none.txt', problem: 'File not found: output/none.txt' },
  { asked: '../../secret.txt', problem: outside('../../secret.txt') },
  { asked: 'session-1/../../secret.txt', problem: outside('session-1/../../secret.txt') },
  { asked: '/tmp/a.txt', problem: outside('/tmp/a.txt') },
  { asked: 'a\u0000b', problem: 'The path has a control character in it.' },
  {
    asked: 'output',
    problem: 'Path is not a file: output. To send a folder, pack it with tar in Bash.',
  },
  {
    asked: '/workspace',
    problem: 'Path is not a file: /workspace. To send a folder, pack it with tar in Bash.',
  },
])('refused: $problem', async ({ asked, problem }) => {
  await expect(send(asked)).rejects.toMatchObject({ name: 'ToolFailure', message: problem });
});
