import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { buildPage } from '../../scripts/build-page.ts';
import { launchBrowser } from '#test/support/browser.ts';
import { startFakePageServer, type FakePageServer } from '#test/support/fake-page-server.ts';

/** Where the built page is. */
export const builtPage = fileURLToPath(new URL('../../dist/web', import.meta.url));

interface OpenPage {
  readonly page: Page;
  /** Script errors, policy violations and requests to other hosts: there must be none. */
  readonly faults: string[];
  close(): Promise<void>;
}

async function openPage(
  browser: Browser,
  server: FakePageServer,
  path: string,
  options: BrowserContextOptions & { readonly signedIn?: boolean } = {},
): Promise<OpenPage> {
  const { signedIn = true, ...rest } = options;
  const localStorage = signedIn ? [{ name: 'edgewise.signed_in', value: '1' }] : [];
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    storageState: { cookies: [], origins: [{ origin: server.url, localStorage }] },
    ...rest,
  });
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

export interface Stage {
  readonly server: FakePageServer;
  /** Opens a page on the stage's server; it is closed, and its faults asserted, after the test. */
  open(path: string, options?: Parameters<typeof openPage>[3]): Promise<Page>;
}

/** A browser for the file, and for each test a fresh server. To be called at the top of a test file. */
export function useStage(): Stage {
  let browser: Browser | null = null;
  let server: FakePageServer | null = null;
  let opened: OpenPage[] = [];

  beforeAll(async () => {
    [, browser] = await Promise.all([buildPage(), launchBrowser()]);
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    server = await startFakePageServer(builtPage);
  });
  afterEach(async () => {
    const faults = opened.flatMap((one) => one.faults);
    await Promise.all(opened.map((one) => one.close()));
    opened = [];
    await server?.close();
    expect(faults).toEqual([]);
  });

  return {
    get server() {
      if (server === null) throw new Error('the stage is set before each test');
      return server;
    },
    async open(path, options) {
      if (browser === null) throw new Error('the stage is set before each test');
      const one = await openPage(browser, this.server, path, options);
      opened.push(one);
      return one.page;
    },
  };
}
