import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/** Where people have a Chrome or Chromium, besides the folders of PATH. */
const USUAL_PLACES = [
  '/opt/google/chrome/chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];
const NAMES = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'chrome'];

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Path of the browser to test with: an installed one, else (on Linux) the one inside the npm package
 * `@sparticuz/chromium`. Undefined leaves it to Playwright's own download, whose message says how to get it.
 */
export async function findBrowser(): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const installed = [
    process.env['CHROME_PATH'] ?? '',
    ...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))),
    ...USUAL_PLACES,
  ].find((path) => path !== '' && existsSync(path));
  if (installed !== undefined) return installed;
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const packed = await import('@sparticuz/chromium');
  return packed.default.executablePath();
}

export async function launchBrowser(): Promise<Browser> {
  const executablePath = await findBrowser();
  return chromium.launch({ args: FLAGS, ...(executablePath === undefined ? {} : { executablePath }) });
}
