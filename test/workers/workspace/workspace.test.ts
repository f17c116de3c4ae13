import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { newObjectKey } from '#files/workspace-objects.ts';
import type { Workspace } from '#files/workspace.ts';
import { objectKeys, withWorkspace } from './open-workspace.ts';

const mebibyte = 1024 * 1024;
const text = async (workspace: Workspace, path: string) => {
  const bytes = await workspace.read(path);
  return bytes.ok ? new TextDecoder().decode(bytes.value) : bytes.problem.code;
};
const code = (result: { ok: true } | { ok: false; problem: { code: string } }) =>
  result.ok ? 'ok' : result.problem.code;
const paths = (workspace: Workspace) => {
  const all = workspace.walk();
  return all.ok ? all.value.map(({ path }) => path) : [];
};

test('a new workspace has input and output, which stay', async () => {
  await withWorkspace(async (workspace) => {
    expect(paths(workspace)).toEqual(['/workspace/input', '/workspace/output']);
    await workspace.writeFile('output/a.txt', 'a');
    expect(code(await workspace.remove('output'))).toBe('EACCES');
    expect(code(await workspace.remove('output', { recursive: true }))).toBe('ok');
    expect(code(await workspace.rename('input', 'elsewhere'))).toBe('EACCES');
    expect(code(await workspace.remove('/workspace', { recursive: true }))).toBe('EACCES');
    expect(paths(workspace)).toEqual(['/workspace/input', '/workspace/output']);
  });
});

test('files are written, read in parts, appended to and listed', async () => {
  await withWorkspace(
    async (workspace) => {
      await workspace.writeFile('notes/today/a.txt', 'héllo');
      await workspace.append('/workspace/notes/today/a.txt', ' wörld');
      await workspace.append('notes/new.txt', 'fresh');
      await workspace.writeFile('empty', '');
      expect(await text(workspace, 'notes/today/a.txt')).toBe('héllo wörld');
      expect(await text(workspace, 'notes/new.txt')).toBe('fresh');
      expect(await text(workspace, 'empty')).toBe('');
      const part = await workspace.read('notes/new.txt', { offset: 1, length: 3 });
      expect(part.ok && new TextDecoder().decode(part.value)).toBe('res');
      expect(workspace.stat('notes/today/a.txt')).toEqual({
        path: '/workspace/notes/today/a.txt',
        name: 'a.txt',
        kind: 'file',
        size: 13,
        modifiedAt: 1_000,
        mode: 0o644,
        objectKey: null,
      });
      const listed = workspace.list('notes');
      expect(listed.ok && listed.value.map(({ name, kind }) => [name, kind])).toEqual([
        ['new.txt', 'file'],
        ['today', 'directory'],
      ]);
      expect(workspace.totals()).toEqual({ files: 3, bytes: 18 });
    },
    { clock: { now: () => 1_000 } },
  );
});

test('all byte values survive', async () => {
  await withWorkspace(async (workspace) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    await workspace.writeFile('bytes', bytes);
    await workspace.append('bytes', bytes);
    const read = await workspace.read('bytes');
    expect(read.ok && [...read.value]).toEqual([...bytes, ...bytes]);
  });
});

test('a large file is an object, replaced as a whole and deleted with its file', async () => {
  await withWorkspace(async (workspace, prefix) => {
    const bytes = new Uint8Array(mebibyte + 1).fill(7);
    bytes[mebibyte] = 9;
    await workspace.writeFile('big', bytes);
    const [first] = await objectKeys(prefix);
    const tail = await workspace.read('big', { offset: mebibyte - 1, length: 10 });
    expect(tail.ok && [...tail.value]).toEqual([7, 9]);
    expect(workspace.locate('big')).toMatchObject({
      ok: true,
      value: { kind: 'r2', key: first, size: mebibyte + 1 },
    });

    await workspace.append('big', 'end');
    const second = await objectKeys(prefix);
    expect(second).toHaveLength(1);
    expect(second).not.toEqual([first]);

    await workspace.copy('big', 'copy');
    await workspace.rename('big', 'moved');
    expect(await objectKeys(prefix)).toHaveLength(2);
    expect(workspace.totals()).toEqual({ files: 2, bytes: 2 * (mebibyte + 4) });

    await workspace.writeFile('moved', 'small again');
    expect(await objectKeys(prefix)).toHaveLength(1);
    await workspace.remove('copy');
    expect(await objectKeys(prefix)).toEqual([]);
    expect(workspace.totals()).toEqual({ files: 1, bytes: 11 });
  });
});

test('exactly 1 MiB stays in SQLite', async () => {
  await withWorkspace(async (workspace, prefix) => {
    await workspace.writeFile('edge', new Uint8Array(mebibyte).fill(1));
    expect(await objectKeys(prefix)).toEqual([]);
    const read = await workspace.read('edge');
    expect(read.ok && read.value.length).toBe(mebibyte);
  });
});

test.each([
  { name: 'read what is not there', act: (w: Workspace) => w.read('no'), expected: 'ENOENT' },
  { name: 'read a folder', act: (w: Workspace) => w.read('input'), expected: 'EISDIR' },
  { name: 'read outside', act: (w: Workspace) => w.read('/etc/passwd'), expected: 'EACCES' },
  { name: 'write outside', act: (w: Workspace) => w.writeFile('../x', ''), expected: 'EACCES' },
  { name: 'write onto a folder', act: (w: Workspace) => w.writeFile('input', ''), expected: 'EISDIR' },
  { name: 'write the top', act: (w: Workspace) => w.writeFile('/workspace', ''), expected: 'EISDIR' },
  { name: 'write below a file', act: (w: Workspace) => w.writeFile('file/x', ''), expected: 'ENOTDIR' },
  { name: 'append to a folder', act: (w: Workspace) => w.append('input', ''), expected: 'EISDIR' },
  { name: 'make what is there', act: (w: Workspace) => w.mkdir('input'), expected: 'EEXIST' },
  { name: 'make deeply', act: (w: Workspace) => w.mkdir('a/b'), expected: 'ENOENT' },
  { name: 'make below a file', act: (w: Workspace) => w.mkdir('file/b'), expected: 'ENOTDIR' },
  {
    name: 'make all, again',
    act: (w: Workspace) => w.mkdir('full/sub', { recursive: true }),
    expected: 'ok',
  },
  { name: 'remove a full folder', act: (w: Workspace) => w.remove('full'), expected: 'ENOTEMPTY' },
  { name: 'remove an empty folder', act: (w: Workspace) => w.remove('empty'), expected: 'ok' },
  { name: 'move into itself', act: (w: Workspace) => w.rename('full', 'full/sub/x'), expected: 'EINVAL' },
  { name: 'move to nowhere', act: (w: Workspace) => w.rename('file', 'no/x'), expected: 'ENOENT' },
  { name: 'move onto a folder', act: (w: Workspace) => w.rename('file', 'full'), expected: 'EISDIR' },
  { name: 'move a folder onto a file', act: (w: Workspace) => w.rename('full', 'file'), expected: 'ENOTDIR' },
  { name: 'move onto itself', act: (w: Workspace) => w.rename('file', 'file'), expected: 'ok' },
  { name: 'copy a folder plainly', act: (w: Workspace) => w.copy('full', 'other'), expected: 'EISDIR' },
  { name: 'copy outside', act: (w: Workspace) => w.copy('file', '/tmp/x'), expected: 'EACCES' },
  { name: 'touch what is not there', act: (w: Workspace) => w.touch('no', {}), expected: 'ENOENT' },
])('$name: $expected', async ({ act, expected }) => {
  await withWorkspace(async (workspace) => {
    await workspace.writeFile('file', 'x');
    await workspace.mkdir('empty');
    await workspace.writeFile('full/sub/file', 'y');
    expect(code(await act(workspace))).toBe(expected);
    expect(await text(workspace, 'file')).toBe('x');
  });
});

test('folders move and are copied with all they hold, and names that only begin alike stay', async () => {
  await withWorkspace(async (workspace) => {
    await workspace.writeFile('a/b/c.txt', '1');
    await workspace.writeFile('ab/d.txt', '2');
    await workspace.writeFile('a.txt', '3');
    await workspace.touch('a/b/c.txt', { mode: 0o755 });
    await workspace.copy('a', 'copy', { recursive: true });
    await workspace.rename('a', 'moved');
    expect(paths(workspace)).toEqual([
      '/workspace/a.txt',
      '/workspace/ab',
      '/workspace/ab/d.txt',
      '/workspace/copy',
      '/workspace/copy/b',
      '/workspace/copy/b/c.txt',
      '/workspace/input',
      '/workspace/moved',
      '/workspace/moved/b',
      '/workspace/moved/b/c.txt',
      '/workspace/output',
    ]);
    expect(workspace.stat('copy/b/c.txt')?.mode).toBe(0o755);
    expect(await text(workspace, 'moved/b/c.txt')).toBe('1');
    await workspace.remove('copy', { recursive: true });
    expect(workspace.totals()).toEqual({ files: 3, bytes: 3 });
  });
});

test('a folder does not move to where its files could not be reached', async () => {
  await withWorkspace(async (workspace) => {
    await workspace.writeFile(`from/${'a/'.repeat(40)}file`, 'x');
    await workspace.mkdir('b/'.repeat(30), { recursive: true });
    expect(code(await workspace.rename('from', `${'b/'.repeat(30)}to`))).toBe('ENAMETOOLONG');
    expect(code(await workspace.copy('from', `${'b/'.repeat(30)}to`, { recursive: true }))).toBe(
      'ENAMETOOLONG',
    );
    expect(await text(workspace, `from/${'a/'.repeat(40)}file`)).toBe('x');
    expect(workspace.totals().files).toBe(1);
  });
});

test('a folder that does not fit is not copied in part', async () => {
  await withWorkspace(async (workspace, prefix) => {
    const source = { kind: 'r2', key: newObjectKey(prefix), size: 300 * mebibyte } as const;
    await workspace.writeFile('from/a', 'small');
    await workspace.addUploaded({ folder: 'input', name: 'huge', source });
    await workspace.rename('input/huge', 'from/b');
    expect(code(await workspace.copy('from', 'to', { recursive: true }))).toBe('ENOSPC');
    expect(workspace.stat('to')).toBeUndefined();
  });
});

test('what is over the limits is refused, and nothing is left of it', async () => {
  await withWorkspace(async (workspace, prefix, sql) => {
    const key = newObjectKey(prefix);
    const huge = (size: number) =>
      workspace.addUploaded({ folder: 'input', name: 'huge', source: { kind: 'r2', key, size } });
    await env.FILES.put(key, 'stands for much');
    expect(code(await huge(500 * mebibyte - 5))).toBe('ok');
    expect(code(await workspace.writeFile('six', '123456'))).toBe('ENOSPC');
    expect(code(await workspace.writeFile('large', new Uint8Array(2 * mebibyte)))).toBe('ENOSPC');
    expect(code(await workspace.writeFile('five', '12345'))).toBe('ok');
    expect(code(await workspace.append('five', '6'))).toBe('ENOSPC');
    expect(code(await workspace.writeFile('five', '54321'))).toBe('ok');
    expect(code(await workspace.copy('five', 'copy'))).toBe('ENOSPC');
    expect(await objectKeys(prefix)).toEqual([key]);
    expect(code(await huge(1))).toBe('ENOSPC');
    expect(await objectKeys(prefix)).toEqual([]);

    await workspace.remove('input', { recursive: true });
    sql.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9998)
      INSERT INTO workspace_entry (parent, name, kind, size, mode, modified_at, bytes)
      SELECT '/workspace/input', i, 'file', 0, 420, 0, x'' FROM n`);
    expect(code(await workspace.writeFile('new/deep', ''))).toBe('ENOSPC');
    expect(code(await workspace.writeFile('last', ''))).toBe('ok');
    expect(code(await workspace.mkdir('more'))).toBe('ENOSPC');
    expect(code(await workspace.writeFile('last', 'again'))).toBe('ok');
    expect(workspace.totals().files).toBe(10_000);
  });
});

test('uploads take a free name', async () => {
  await withWorkspace(async (workspace, prefix) => {
    const add = async (name: string, bytes: Uint8Array) => {
      const added = await workspace.addUploaded({ folder: 'input', name, source: { kind: 'inline', bytes } });
      return added.ok ? added.value.name : added.problem.code;
    };
    const small = new Uint8Array([1]);
    expect(await add('a.tar.gz', small)).toBe('a.tar.gz');
    expect(await add('a.tar.gz', small)).toBe('a.tar_1.gz');
    expect(await add('a.tar.gz', small)).toBe('a.tar_2.gz');
    expect(await add('file', small)).toBe('file');
    expect(await add('file', small)).toBe('file_1');
    expect(await add('../x', small)).toBe('EINVAL');
    expect(await add('x/y', small)).toBe('EINVAL');
    expect(await add('', small)).toBe('EINVAL');
    expect(await add('large', new Uint8Array(mebibyte + 1))).toBe('large');
    expect(await objectKeys(prefix)).toHaveLength(1);
  });
});

test('an upload that comes again with its key is the file that is there', async () => {
  await withWorkspace(async (workspace, prefix) => {
    const add = async (key: string, size: number) => {
      const objectKey = newObjectKey(prefix);
      if (size > 1) await env.FILES.put(objectKey, 'x');
      const added = await workspace.addUploaded({
        folder: 'input',
        name: 'a.txt',
        key,
        source:
          size > 1 ? { kind: 'r2', key: objectKey, size } : { kind: 'inline', bytes: new Uint8Array(size) },
      });
      return added.ok ? added.value.name : added.problem.code;
    };
    expect(await add('one', 1)).toBe('a.txt');
    expect(await add('two', 5)).toBe('a_1.txt');
    expect([await add('one', 1), await add('two', 5), await add('one', 5)]).toEqual([
      'a.txt',
      'a_1.txt',
      'a.txt',
    ]);
    expect(await objectKeys(prefix)).toHaveLength(1);
    await workspace.writeFile('input/a.txt', 'written since');
    expect(await add('one', 1)).toBe('a.txt');
    expect(await text(workspace, 'input/a.txt')).toBe('written since');
    await workspace.remove('input/a_1.txt');
    await workspace.rename('input/a.txt', 'output/b.txt');
    expect([await add('two', 1), await add('one', 1)]).toEqual(['a.txt', 'a_1.txt']);
  });
});

test('changes that are asked for at once happen one after the other', async () => {
  await withWorkspace(async (workspace) => {
    await workspace.writeFile('log', new Uint8Array(mebibyte).fill(46));
    await Promise.all(['a', 'b', 'c'].map((letter) => workspace.append('log', letter)));
    const tail = await workspace.read('log', { offset: mebibyte });
    expect(tail.ok && new TextDecoder().decode(tail.value)).toBe('abc');
  });
});

test('a reader meets the old file or the new one, never a missing object', async () => {
  await withWorkspace(async (workspace) => {
    await workspace.writeFile('big', new Uint8Array(mebibyte + 1).fill(1));
    const writes = [2, 3, 4].map((value) =>
      workspace.writeFile('big', new Uint8Array(mebibyte + value).fill(value)),
    );
    const reads = await Promise.all(Array.from({ length: 10 }, () => workspace.read('big')));
    await Promise.all(writes);
    for (const read of reads) {
      const [first, length] = read.ok ? [read.value[0] ?? 0, read.value.length] : [0, 0];
      expect(length).toBe(mebibyte + first);
    }
  });
});

/** The bucket, of which one method always fails. */
const failing = (method: 'put' | 'delete') =>
  new Proxy(env.FILES, {
    get(bucket, name) {
      if (name === method) return () => Promise.reject(new Error('R2 is away'));
      const value: unknown = Reflect.get(bucket, name);
      return typeof value === 'function' ? value.bind(bucket) : value;
    },
  });

test('when R2 does not take the new bytes, the old file stays', async () => {
  await withWorkspace(
    async (workspace, prefix) => {
      await workspace.writeFile('file', 'old');
      await expect(workspace.writeFile('file', new Uint8Array(mebibyte + 1))).rejects.toThrow('R2 is away');
      expect(await text(workspace, 'file')).toBe('old');
      expect(await objectKeys(prefix)).toEqual([]);
      expect(code(await workspace.writeFile('file', 'the next change is not held up'))).toBe('ok');
    },
    { bucket: failing('put') },
  );
});

test('when R2 does not delete the old bytes, the new file is there all the same', async () => {
  await withWorkspace(
    async (workspace, prefix) => {
      await workspace.writeFile('file', new Uint8Array(mebibyte + 1));
      expect(code(await workspace.writeFile('file', 'new'))).toBe('ok');
      expect(await text(workspace, 'file')).toBe('new');
      expect(await objectKeys(prefix)).toHaveLength(1);
    },
    { bucket: failing('delete') },
  );
});

test('destroy leaves no object, not even one that no row names', async () => {
  await withWorkspace(async (workspace, prefix) => {
    await env.FILES.put(newObjectKey(prefix), 'orphan');
    await env.FILES.put(`${prefix}-of-another/x`, 'theirs');
    await workspace.writeFile('dir/big', new Uint8Array(mebibyte + 1));
    await workspace.destroy();
    expect(await objectKeys(prefix)).toEqual([`${prefix}-of-another/x`]);
    expect(paths(workspace)).toEqual(['/workspace/input', '/workspace/output']);
    expect(workspace.totals()).toEqual({ files: 0, bytes: 0 });
  });
});
