import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: unknown; readonly failureSummary: string }[];
}

/** What axe finds in light and in dark, as rule and places, and how far the page can be scrolled sideways. */
export async function appearanceFaults(page: Page): Promise<unknown[]> {
  await page.evaluate(await axeSource);
  const found: unknown[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate((): Promise<{ violations: Violation[] }> =>
      Reflect.get(window, 'axe').run(document, { resultTypes: ['violations'] }),
    );
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    for (const { id, nodes } of violations)
      found.push([colorScheme, id, ...nodes.map((node) => `${String(node.target)}: ${node.failureSummary}`)]);
    if (overflow > 0) found.push([colorScheme, `scrolls sideways by ${overflow} px`]);
  }
  return found;
}
