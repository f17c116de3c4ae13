import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: unknown; readonly failureSummary: string }[];
}

/** What axe finds in light and in dark, as rule and places, and how far the page itself can be scrolled: only its parts should. */
export async function appearanceFaults(page: Page): Promise<unknown[]> {
  await page.evaluate(await axeSource);
  const found: unknown[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate((): Promise<{ violations: Violation[] }> =>
      Reflect.get(window, 'axe').run(document, { resultTypes: ['violations'] }),
    );
    const { sideways, down } = await page.evaluate(() => ({
      sideways: document.documentElement.scrollWidth - window.innerWidth,
      down: document.documentElement.scrollHeight - window.innerHeight,
    }));
    for (const { id, nodes } of violations)
      found.push([colorScheme, id, ...nodes.map((node) => `${String(node.target)}: ${node.failureSummary}`)]);
    if (sideways > 0) found.push([colorScheme, `scrolls sideways by ${sideways} px`]);
    if (down > 0) found.push([colorScheme, `scrolls down by ${down} px`]);
  }
  return found;
}
