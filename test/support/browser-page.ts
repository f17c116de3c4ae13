import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { FakePageServer } from '#test/support/fake-page-server.ts';

/** Builds the page as it is deployed; the answer is its folder. */
export async function buildPage(): Promise<string> {
  const outDir = fileURLToPath(new URL('../../dist/web-test', import.meta.url));
  await build({
    configFile: fileURLToPath(new URL('../../vite.config.ts', import.meta.url)),
    logLevel: 'error',
    build: { outDir },
  });
  return outDir;
}

export interface OpenPage {
  readonly page: Page;
  /** Script errors, policy violations and requests to other hosts: there must be none. */
  readonly faults: string[];
  close(): Promise<void>;
}

export async function openPage(
  browser: Browser,
  server: FakePageServer,
  path: string,
  options: BrowserContextOptions & { readonly signedIn?: boolean } = {},
): Promise<OpenPage> {
  const { signedIn = true, ...rest } = options;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...rest });
  if (signedIn) await context.addCookies([{ name: 'page', value: '1', url: server.url, httpOnly: true }]);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => faults.push(`dialog: ${dialog.message()}`));
  page.on('console', (message) => {
    const text = message.text();
    if (/Content Security Policy|TrustedHTML|violates/i.test(text)) faults.push(`policy: ${text}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url) && /^https?:/.test(request.url()))
      faults.push(`foreign request: ${request.url()}`);
  });
  await page.goto(server.url + path);
  return { page, faults, close: () => context.close() };
}
