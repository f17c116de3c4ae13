import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeBundleModule } from '../../../scripts/bundle-module.ts';

test('the module holds the very values, and is the same each time', async () => {
  const bundle = {
    skills: [
      {
        name: 'x',
        description: 'A `tick`, a \\ and ${that}.',
        body: 'one\n\\n two \r three `$` ${x} \\${y} \\`',
        files: [{ path: 'a.awk', text: '/\\$\\{/ { print "`" }\n' }],
      },
    ],
    commands: [{ name: 'c', description: '', argumentHint: null, body: '$ARGUMENTS ${HOME} $1' }],
    plugins: [
      {
        name: 'p',
        description: '',
        version: null,
        folder: 'plugins/p',
        installedAs: null,
        dependencies: [],
        skills: [],
        commands: [],
        subagents: [],
        mcpServers: [
          {
            name: 's',
            transport: 'http' as const,
            timeoutSeconds: 60,
            url: 'https://a.example/mcp',
            headers: { 'X-Key': '${KEY}', ['__proto__']: 'x' },
          },
        ],
      },
    ],
  };
  const text = writeBundleModule(bundle);
  expect(writeBundleModule(bundle)).toBe(text);
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  const path = join(folder, 'bundle.generated.ts');
  writeFileSync(path, text);
  const module: unknown = await import(path);
  rmSync(folder, { recursive: true });
  expect(module).toMatchObject({ bundle });
});
