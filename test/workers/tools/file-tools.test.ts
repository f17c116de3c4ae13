import { expect, test } from 'vitest';
import type { Workspace } from '#files/workspace.ts';
import { withWorkspace } from '../workspace/open-workspace.ts';
import { openTools } from './open-tools.ts';
import { runForText, runTool } from './run-tool.ts';

/** Each look at the clock is a second later than the last. */
const ticking = () => {
  let now = 0;
  return { now: () => (now += 1_000) };
};

const withTools = <Value>(
  use: (call: (name: string, input: object) => Promise<string>, workspace: Workspace) => Promise<Value>,
) =>
  withWorkspace(
    (workspace, _, sql) => {
      const tools = openTools(workspace, sql);
      return use(async (name, input) => {
        const tool = tools.find((one) => one.name === name);
        if (!tool) throw new Error(`no tool ${name}`);
        return runForText(tool, input);
      }, workspace);
    },
    { clock: ticking() },
  );

test('the tools, with what they can touch, and schemas that are plain objects', async () => {
  await withWorkspace(async (workspace, _, sql) => {
    const tools = openTools(workspace, sql);
    expect(tools.map(({ name, effects }) => [name, effects])).toEqual([
      ['Read', 'reads'],
      ['Write', 'workspace'],
      ['Edit', 'workspace'],
      ['Glob', 'reads'],
      ['Grep', 'reads'],
      ['Bash', 'workspace'],
      ['Skill', 'workspace'],
      ['NotebookEdit', 'workspace'],
      ['send_file_to_chat', 'reads'],
      ['TaskCreate', 'workspace'],
      ['TaskGet', 'reads'],
      ['TaskUpdate', 'workspace'],
      ['TaskList', 'reads'],
      ['TodoWrite', 'workspace'],
      ['WebFetch', 'reads'],
      ['AskUserQuestion', 'reads'],
      ['EnterPlanMode', 'reads'],
      ['ExitPlanMode', 'reads'],
      ['WebSearch', 'reads'],
    ]);
    expect(tools.map(({ inputSchema }) => inputSchema['required'])).toEqual([
      ['file_path'],
      ['file_path', 'content'],
      ['file_path', 'old_string', 'new_string'],
      ['pattern'],
      ['pattern'],
      ['command'],
      ['skill'],
      ['notebook_path'],
      ['file_path'],
      ['subject'],
      ['taskId'],
      ['taskId'],
      undefined,
      ['todos'],
      ['url'],
      ['questions'],
      undefined,
      ['plan'],
      ['query'],
    ]);
    for (const { inputSchema } of tools) expect(inputSchema['type']).toBe('object');
  });
});

test('Write, Read, Edit', async () => {
  await withTools(async (call, workspace) => {
    expect(await call('Write', { file_path: '/workspace/output/a.txt', content: 'one\ntwo\nthree\n' })).toBe(
      'The file /workspace/output/a.txt has been created.',
    );
    expect(await call('Read', { file_path: '/workspace/output/a.txt' })).toBe(
      '     1\tone\n     2\ttwo\n     3\tthree',
    );
    expect(await call('Read', { file_path: 'output/a.txt', offset: 2, limit: 1 })).toBe(
      '     2\ttwo\n\n[The file goes on: read it with offset 3.]',
    );
    expect(
      await call('Edit', { file_path: '/workspace/output/a.txt', old_string: 'two', new_string: 'zwei' }),
    ).toBe(
      'The file /workspace/output/a.txt has been edited.\nIt now reads:\n     1\tone\n     2\tzwei\n     3\tthree',
    );
    expect(
      await call('Edit', { file_path: 'output/a.txt', old_string: 'e', new_string: 'E', replace_all: true }),
    ).toContain('in 4 places');
    const read = await workspace.read('output/a.txt');
    expect(read.ok && new TextDecoder().decode(read.value)).toBe('onE\nzwEi\nthrEE\n');
    expect(await call('Write', { file_path: 'output/a.txt', content: '' })).toContain('replaced');
    expect(await call('Read', { file_path: 'output/a.txt' })).toBe('The file is empty.');
  });
});

test('edits that come at once are all made', async () => {
  await withTools(async (call, workspace) => {
    await workspace.writeFile('f', 'a b c');
    await Promise.all(
      ['a', 'b', 'c'].map((letter) =>
        call('Edit', { file_path: 'f', old_string: letter, new_string: letter.toUpperCase() }),
      ),
    );
    expect(await call('Read', { file_path: 'f' })).toBe('     1\tA B C');
  });
});

test('an edit keeps the bytes it does not touch', async () => {
  await withTools(async (call, workspace) => {
    await workspace.writeFile('bom', '\ufeffa\r\nb\r\n');
    await call('Edit', { file_path: 'bom', old_string: 'a\nb', new_string: 'a\nc' });
    const read = await workspace.read('bom');
    expect(read.ok && Buffer.from(read.value).toString()).toBe('\ufeffa\r\nc\r\n');
    await workspace.writeFile('latin1', new Uint8Array([0x61, 0xe9]));
    await expect(call('Edit', { file_path: 'latin1', old_string: 'a', new_string: 'b' })).rejects.toThrow(
      'UTF-8',
    );
  });
});

test('Read of a long file ends where the model can go on', async () => {
  await withTools(async (call, workspace) => {
    await workspace.writeFile(
      'long',
      Array.from({ length: 5_000 }, (_, index) => `line ${index + 1}`).join('\n'),
    );
    const first = await call('Read', { file_path: 'long' });
    expect(first).toMatch(/ 2000\tline 2000\n\n\[The file goes on: read it with offset 2001\.]$/);
    expect(await call('Read', { file_path: 'long', offset: 4_999 })).toBe(
      '  4999\tline 4999\n  5000\tline 5000',
    );
    await expect(call('Read', { file_path: 'long', offset: 5_001 })).rejects.toThrow('has 5000 lines');

    await workspace.writeFile('wide', Array.from({ length: 100 }, () => 'x'.repeat(3_000)).join('\n'));
    const wide = await call('Read', { file_path: 'wide' });
    expect(wide.length).toBeLessThan(100_000);
    expect(wide).toMatch(/\[line cut]\n\n\[The file goes on: read it with offset 45\.]$/);
  });
});

test('Read of a file larger than memory, in the middle', async () => {
  await withTools(async (call, workspace) => {
    const line = `${'ü'.repeat(500)}\n`;
    await workspace.writeFile('big', line.repeat(5_000));
    expect(await call('Read', { file_path: 'big', offset: 4_000, limit: 1 })).toContain(
      `  4000\t${line.trim()}\n`,
    );
  });
});

test('pictures and documents are shown as they are', async () => {
  await withWorkspace(async (workspace, _, sql) => {
    const [read] = openTools(workspace, sql);
    if (!read) throw new Error('no Read');
    const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]);
    await workspace.writeFile('input/picture.txt', png);
    expect(await runTool(read, { file_path: 'input/picture.txt' })).toEqual([
      {
        type: 'image',
        source: { type: 'base64', media_type: 'image/png', data: Buffer.from(png).toString('base64') },
      },
    ]);
    await workspace.writeFile('input/doc.pdf', '%PDF-1.7 …');
    expect(await runTool(read, { file_path: 'input/doc.pdf' })).toEqual([
      {
        type: 'document',
        source: {
          type: 'base64',
          media_type: 'application/pdf',
          data: Buffer.from('%PDF-1.7 …').toString('base64'),
        },
        title: 'doc.pdf',
      },
    ]);
    const large = new Uint8Array(5 * 1024 * 1024 + 1);
    large.set(png);
    await workspace.writeFile('large.png', large);
    await expect(runTool(read, { file_path: 'large.png' })).rejects.toThrow('larger than 5 MB');
  });
});

test.each([
  ['Read', { file_path: 'input/raport.md' }, 'Did you mean /workspace/input/report.md?'],
  ['Read', { file_path: 'nothing-like-it' }, 'Glob'],
  ['Read', { file_path: 'input' }, 'is a folder'],
  ['Read', { file_path: '/etc/passwd' }, 'outside /workspace'],
  ['Read', { file_path: '../../etc/passwd' }, 'outside /workspace'],
  ['Read', { file_path: 'binary' }, 'binary file'],
  ['Read', { file_path: 'input/report.md', offset: 0 }, 'offset'],
  ['Write', { file_path: '/tmp/x', content: '' }, 'outside /workspace'],
  ['Write', { file_path: 'input', content: '' }, 'is a folder'],
  ['Write', { file_path: 'x' }, 'content'],
  ['Edit', { file_path: 'none', old_string: 'a', new_string: 'b' }, 'does not exist'],
  ['Edit', { file_path: 'input/report.md', old_string: 'zzz', new_string: 'b' }, 'not in the file'],
  ['Edit', { file_path: 'input/report.md', old_string: 'e', new_string: 'b' }, '2 times'],
  ['Edit', { file_path: 'input/report.md', old_string: 'a', new_string: 'a' }, 'the same'],
  ['Glob', { pattern: '*', path: '/etc' }, 'outside /workspace'],
  ['Glob', { pattern: '*', path: 'none' }, 'does not exist'],
  ['Glob', { pattern: '*', path: 'binary' }, 'not a folder'],
  ['Grep', { pattern: '(?=x)' }, 'RE2'],
  ['Grep', { pattern: '(' }, 'RE2'],
  ['Grep', { pattern: 'x', type: 'cobol' }, 'use glob'],
  ['Grep', { pattern: 'x', path: '../x' }, 'outside /workspace'],
  ['Bash', { command: 'ls', timeout: 600_001 }, 'timeout'],
])('%s %j: %s', async (name, input, message) => {
  await withTools(async (call, workspace) => {
    await workspace.writeFile('input/report.md', 'the end');
    await workspace.writeFile('binary', new Uint8Array([1, 0, 2]));
    await expect(call(name, input)).rejects.toThrow(message);
  });
});

test('Glob finds files, newest first', async () => {
  await withTools(async (call, workspace) => {
    for (const path of ['src/a.ts', 'src/deep/b.ts', 'c.js', 'input/d.ts'])
      await workspace.writeFile(path, '');
    expect(await call('Glob', { pattern: '**/*.ts' })).toBe(
      '/workspace/input/d.ts\n/workspace/src/deep/b.ts\n/workspace/src/a.ts',
    );
    expect(await call('Glob', { pattern: '*.ts', path: 'src' })).toBe('/workspace/src/a.ts');
    expect(await call('Glob', { pattern: './{src,.}/*.{ts,js}' })).toBe('/workspace/src/a.ts');
    expect(await call('Glob', { pattern: '/workspace/*.js' })).toBe('/workspace/c.js');
    expect(await call('Glob', { pattern: '*.py' })).toBe('No files found.');
    for (let index = 0; index < 120; index += 1) await workspace.writeFile(`many/${index}`, '');
    expect(await call('Glob', { pattern: 'many/*' })).toMatch(
      /\n\[20 more: use a narrower pattern or path]$/,
    );
  });
});

test('Grep in its three modes', async () => {
  await withTools(async (call, workspace) => {
    await workspace.writeFile('src/a.ts', 'const one = 1;\n// TODO: two\nconst three = 3;\n');
    await workspace.writeFile('src/b.py', 'todo = 1\n');
    await workspace.writeFile('notes.md', '# TODO\nTODO TODO\n');
    await workspace.writeFile('binary', new Uint8Array([0x54, 0x4f, 0x44, 0x4f, 0]));
    const grep = (input: object) => call('Grep', { pattern: 'TODO', ...input });
    const skipped = '\n[1 binary or too large files were not searched]';
    expect(await grep({})).toBe(`/workspace/notes.md\n/workspace/src/a.ts${skipped}`);
    expect(await grep({ path: 'src', '-i': true })).toBe('/workspace/src/b.py\n/workspace/src/a.ts');
    expect(await grep({ glob: '*.ts' })).toBe('/workspace/src/a.ts');
    expect(await grep({ glob: 'src/**/*.{ts,md}' })).toBe('/workspace/src/a.ts');
    expect(await grep({ type: 'md', output_mode: 'count' })).toBe(
      '/workspace/notes.md:2\n2 matching lines in 1 files.',
    );
    expect(await grep({ path: 'src/a.ts', output_mode: 'content', '-C': 1 })).toBe(
      '/workspace/src/a.ts-1-const one = 1;\n/workspace/src/a.ts:2:// TODO: two\n/workspace/src/a.ts-3-const three = 3;',
    );
    expect(await grep({ path: 'src/a.ts', output_mode: 'content', '-n': false })).toBe(
      '/workspace/src/a.ts:// TODO: two',
    );
    expect(await grep({ output_mode: 'content', glob: '*.md', head_limit: 1 })).toBe(
      '/workspace/notes.md:1:# TODO\n[1 more: narrow the search, or raise head_limit]',
    );
    expect(await grep({ pattern: 'one.*three', multiline: true, output_mode: 'count', type: 'ts' })).toBe(
      '/workspace/src/a.ts:3\n3 matching lines in 1 files.',
    );
    expect(await grep({ pattern: 'nowhere', path: 'src' })).toBe('No matches found.');
  });
});

test('a pattern that hangs other engines is searched in time, and cancelled', async () => {
  await withWorkspace(async (workspace, _, sql) => {
    await workspace.writeFile('evil', `${'a'.repeat(9_000)}!\n`.repeat(100));
    const grep = openTools(workspace, sql).find(({ name }) => name === 'Grep');
    if (!grep) throw new Error('no Grep');
    expect(await runForText(grep, { pattern: '(a+)+$' })).toBe('No matches found.');

    await workspace.writeFile('large', `${'ab'.repeat(4_000)}\n`.repeat(1_800));
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('cancelled')), 20);
    const slow = '(x|a.*b.*a){1,50}(y|z)$';
    await expect(runTool(grep, { pattern: slow }, controller.signal)).rejects.toThrow('cancelled');
  });
});

test('text that is not UTF-8 is read with replacement characters', async () => {
  await withTools(async (call, workspace) => {
    await workspace.writeFile('bad', new Uint8Array([0x61, 0xff, 0x62]));
    expect(await call('Read', { file_path: 'bad' })).toBe('     1\ta\ufffdb');
  });
});
