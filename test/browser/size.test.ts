import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { builtPage } from '#test/support/browser-page.ts';
import { buildPage } from '../../scripts/build-page.ts';

test('the page stays light: script, style and each later chunk within their budgets', async () => {
  await buildPage();
  const html = await readFile(join(builtPage, 'index.html'), 'utf8');
  const names = await readdir(join(builtPage, 'assets'));
  const sizes = await Promise.all(
    names.map(async (name) => ({
      first: html.includes(name),
      kind: name.split('.').at(-1),
      kilobytes: gzipSync(await readFile(join(builtPage, 'assets', name))).length / 1024,
    })),
  );
  const sum = (kind: string, first: boolean) =>
    sizes
      .filter((one) => one.kind === kind && one.first === first)
      .reduce((total, one) => total + one.kilobytes, 0);
  expect(sum('js', true)).toBeGreaterThan(20);
  expect(sum('js', true)).toBeLessThanOrEqual(45);
  expect(sum('css', true)).toBeLessThanOrEqual(12);
  for (const one of sizes) if (!one.first) expect(one.kilobytes).toBeLessThanOrEqual(60);
  expect(html).not.toMatch(/<script>|\son\w+=|style=/);
});
