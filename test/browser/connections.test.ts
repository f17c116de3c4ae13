import { expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { appearanceFaults } from '#test/support/axe.ts';
import { useStage } from '#test/support/browser-page.ts';
import { linkedAda } from '#test/support/fake-connections.ts';

const stage = useStage();

const servers = [
  { name: 'docs', state: 'ready', tools: 12, problem: null, signed_in: false },
  { name: 'tickets', state: 'sign_in', tools: null, problem: null, signed_in: false },
  { name: 'mail', state: 'ready', tools: 1, problem: null, signed_in: true },
  {
    name: 'a-server-with-a-rather-long-name-of-its-own',
    state: 'unavailable',
    tools: null,
    problem: 'The MCP server cannot be reached.',
    signed_in: false,
  },
] as const;

async function openDialog(page: Page) {
  const show = page.getByRole('button', { name: 'Show sidebar' });
  const account = page.getByRole('button', { name: 'Connections' });
  await show.or(account).first().waitFor();
  if ((await account.count()) === 0) await show.click();
  await account.click();
  const dialog = page.getByRole('dialog', { name: 'Connections' });
  await dialog.waitFor();
  return dialog;
}

/** What a browser tells a page whose window is used again. */
const comeBack = (page: Page) => page.evaluate(() => window.dispatchEvent(new Event('focus')));

test('a code is made for a messenger, copied, and gone once the chat is linked', async () => {
  const page = await stage.open('/');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const dialog = await openDialog(page);
  await dialog.getByText('No chat is linked yet.').waitFor();
  await dialog.getByRole('button', { name: 'Make a code' }).click();
  expect(await dialog.getByRole('group', { name: 'Your code' }).innerText()).toBe('/link KX7P-2M41');
  await dialog.getByText(/Works once, for (10:00|9:5\d) more\./).waitFor();
  await dialog.getByRole('button', { name: 'Copy the message' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('/link KX7P-2M41');
  await dialog.getByRole('button', { name: 'Make a new code' }).click();
  await dialog.getByText('/link KX7P-2M42').waitFor();

  stage.server.connections.identities.push(linkedAda);
  await comeBack(page);
  await dialog.getByText('Telegram: Ada').waitFor();
  await dialog.getByText('4711 · linked on Nov 1, 2026').waitFor();
  expect(await dialog.getByRole('group', { name: 'Your code' }).count()).toBe(0);
  expect(await dialog.getByRole('status').innerText()).toBe('Telegram is linked.');
});

test('a code that is used on another device is noticed; one that runs out is replaced', async () => {
  stage.server.connections.codeMs = 8_000;
  const page = await stage.open('/');
  const dialog = await openDialog(page);
  const make = dialog.getByRole('button', { name: /^Make a/ });
  await make.click();
  await dialog.getByText('/link KX7P-2M41').waitFor();
  stage.server.connections.identities.push(linkedAda);
  await dialog.getByText('Telegram: Ada').waitFor({ timeout: 8_000 });
  stage.server.connections.codeMs = 1_500;
  await make.click();
  await dialog.getByText('The code has run out.').waitFor();
  expect(await dialog.getByText('/link KX7P').count()).toBe(0);
  expect(await make.innerText()).toBe('Make a new code');
});

test('a code from a messenger is entered; a wrong one is said to be wrong', async () => {
  stage.server.connections.shown.set('AAAA-BBBB', linkedAda);
  const page = await stage.open('/');
  const dialog = await openDialog(page);
  const field = dialog.getByRole('textbox', { name: 'Code from a messenger' });
  await field.fill('nope');
  await field.press('Enter');
  await dialog.getByText('The code is wrong or has run out.').waitFor();
  await field.fill(' AAAA-BBBB ');
  await dialog.getByRole('button', { name: 'Link', exact: true }).click();
  const question = page.getByRole('dialog', { name: 'Link this chat?' });
  await question.getByText('Telegram: Ada will act as you').waitFor();
  await question.getByRole('button', { name: 'Cancel' }).click();
  expect(stage.server.connections.identities).toEqual([]);
  await dialog.getByRole('button', { name: 'Link', exact: true }).click();
  await question.getByRole('button', { name: 'Link', exact: true }).click();
  await dialog.getByText('Telegram: Ada').waitFor();
  expect([await field.inputValue(), await dialog.getByText('The code is wrong').count()]).toEqual(['', 0]);
});

test.each([
  { role: 'admin', messenger: /docs\/TELEGRAM_SETUP\.md/, server: /docs\/mcp\.md/ },
  { role: 'user', messenger: /^Ask whoever runs it/, server: /^Ask whoever runs this server/ },
])('where nothing is set up, the $role reads what to do', async ({ role, messenger, server }) => {
  Object.assign(stage.server, { role, messengers: [] });
  const page = await stage.open('/', { bypassCSP: true, reducedMotion: 'reduce' });
  const dialog = await openDialog(page);
  const messengers = dialog.getByRole('region', { name: 'Messengers' });
  await messengers.getByText('No messenger is set up on this server.').waitFor();
  await messengers.getByText(messenger).waitFor();
  // No code that no bot would take
  expect(await messengers.getByRole('button').count()).toBe(0);
  const servers = dialog.getByRole('region', { name: 'MCP servers' });
  await servers.getByText('No agent uses an MCP server yet.').waitFor();
  await servers.getByText(server).waitFor();
  expect(await appearanceFaults(page)).toEqual([]);
});

test('unlinking asks first', async () => {
  stage.server.connections.identities = [linkedAda, { ...linkedAda, id: 'i2', platform: 'zalo', name: null }];
  const page = await stage.open('/');
  const dialog = await openDialog(page);
  const unlink = dialog.getByRole('button', { name: 'Unlink Telegram: Ada' });
  const ask = page.getByRole('dialog', { name: 'Unlink this chat?' });
  await unlink.click();
  await ask.waitFor();
  await page.keyboard.press('Escape');
  await ask.waitFor({ state: 'detached' });
  expect(stage.server.connections.identities).toHaveLength(2);
  await unlink.click();
  await ask.getByRole('button', { name: 'Unlink', exact: true }).click();
  await unlink.waitFor({ state: 'detached' });
  await dialog.getByText('Zalo: 4711').waitFor();
  expect(stage.server.connections.identities.map(({ id }) => id)).toEqual(['i2']);
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Messengers');
});

test('signing in at an MCP server opens its page in another tab, and counts when one comes back', async () => {
  stage.server.connections.servers = [...servers];
  stage.server.connections.signInUrl = `${stage.server.url}/favicon.svg`;
  const page = await stage.open('/');
  const dialog = await openDialog(page);
  const rows = dialog.getByRole('region', { name: 'MCP servers' }).getByRole('listitem');
  await expect.poll(() => rows.count()).toBe(4);
  expect((await rows.allInnerTexts()).map((row) => row.replaceAll(/\s+/g, ' ').trim())).toEqual([
    'docs Ready · 12 tools',
    'tickets Needs you to sign in Sign in',
    'mail Ready · 1 tool Sign out',
    'a-server-with-a-rather-long-name-of-its-own Not available The MCP server cannot be reached.',
  ]);
  const [tab] = await Promise.all([
    page.waitForEvent('popup'),
    dialog.getByRole('button', { name: 'Sign in at tickets' }).click(),
  ]);
  await tab.waitForURL('**/favicon.svg');
  expect(await tab.evaluate(() => window.opener === null)).toBe(true);
  await tab.close();
  stage.server.connections.servers = servers.map((one) =>
    one.name === 'tickets' ? { ...one, state: 'ready', tools: 3, signed_in: true } : one,
  );
  await comeBack(page);
  await dialog.getByText('Ready · 3 tools').waitFor();
  await dialog.getByRole('button', { name: 'Sign out of tickets' }).click();
  await dialog.getByRole('button', { name: 'Sign in at tickets' }).waitFor();
});

test.each([
  { name: 'a refusal', url: null, said: 'tickets offers no sign-in.' },
  {
    name: 'no web address',
    url: 'javascript:alert(1)',
    said: 'The sign-in could not be started. Try again.',
  },
])('a sign-in that cannot start says so and leaves no tab: $name', async ({ url, said }) => {
  const [, tickets] = servers;
  stage.server.connections.servers = [tickets];
  const page = await stage.open('/');
  const dialog = await openDialog(page);
  const signIn = dialog.getByRole('button', { name: 'Sign in at tickets' });
  await signIn.waitFor();
  if (url === null) stage.server.connections.servers = [{ ...tickets, state: 'unavailable' }];
  else stage.server.connections.signInUrl = url;
  await signIn.click();
  await dialog.getByText(said).waitFor();
  await expect.poll(() => page.context().pages().length).toBe(1);
});

test('what a browser does not open by itself is a link', async () => {
  const [, tickets] = servers;
  stage.server.connections.servers = [tickets];
  const page = await stage.open('/');
  await page.evaluate(() => void (window.open = () => null));
  const dialog = await openDialog(page);
  await dialog.getByRole('button', { name: 'Sign in at tickets' }).click();
  const link = dialog.getByRole('link', { name: 'Open the sign-in of tickets' });
  await link.waitFor();
  expect(await link.getAttribute('href')).toBe('https://signin.example/start');
});

test('lists that fail can be asked for again; one that was shown stays', async () => {
  const { connections } = stage.server;
  connections.failing.add('GET /mcp/servers').add('GET /platforms/identities');
  const page = await stage.open('/');
  const dialog = await openDialog(page);
  await dialog.getByText('The linked chats could not be loaded.').waitFor();
  await dialog.getByText('The servers could not be asked.').waitFor();
  connections.failing.clear();
  connections.servers = [...servers];
  connections.identities = [linkedAda];
  for (const part of ['Messengers', 'MCP servers'])
    await dialog.getByRole('region', { name: part }).getByRole('button', { name: 'Try again' }).click();
  await dialog.getByText('Telegram: Ada').waitFor();
  await dialog.getByText('Ready · 12 tools').waitFor();
  connections.failing.add('GET /mcp/servers').add('GET /platforms/identities');
  await comeBack(page);
  await page.waitForTimeout(200);
  expect(await dialog.getByText('Telegram: Ada').count()).toBe(1);
  expect(await dialog.getByText('Ready · 12 tools').count()).toBe(1);
});

test('who is signed out meanwhile signs in anew, and finds the dialog closed', async () => {
  const page = await stage.open('/');
  const dialog = await openDialog(page);
  await dialog.getByText('No chat is linked yet.').waitFor();
  stage.server.signOutEverywhere();
  await comeBack(page);
  await page.getByLabel('Username').fill('admin');
  await page.getByLabel('Password', { exact: true }).fill('right');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /General agent/ }).waitFor();
  await page.waitForTimeout(300);
  expect(await page.getByRole('dialog').count()).toBe(0);
});

test.each([320, 1280])('the keyboard stays inside, Escape gives the focus back: %i px', async (width) => {
  stage.server.connections.servers = [...servers];
  const page = await stage.open('/', { viewport: { width, height: 720 } });
  const dialog = await openDialog(page);
  await dialog.getByRole('button', { name: 'Sign in at tickets' }).waitFor();
  for (let step = 0; step < 15; step += 1) {
    await page.keyboard.press('Tab');
    const inside = await page.evaluate(
      () => document.activeElement === document.body || document.activeElement?.closest('dialog') !== null,
    );
    expect(inside).toBe(true);
  }
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  const focused = page.locator(':focus');
  await expect.poll(() => focused.getAttribute('aria-label')).toBe('Connections');
});

test.each([320, 1280])('is accessible in light and dark, filled and empty: %i px', async (width) => {
  const viewport = { width, height: 720 };
  const page = await stage.open('/', { viewport, bypassCSP: true, reducedMotion: 'reduce' });
  await openDialog(page);
  await page.getByText('No chat is linked yet.').waitFor();
  expect(await appearanceFaults(page)).toEqual([]);
  stage.server.connections.identities = [
    linkedAda,
    {
      ...linkedAda,
      id: 'i2',
      platform: 'whatsapp',
      platform_user_id: '+84901234567',
      name: 'A long name '.repeat(5),
    },
  ];
  stage.server.connections.servers = [...servers];
  await comeBack(page);
  await page.getByText('Ready · 12 tools').waitFor();
  await page.getByRole('button', { name: 'Make a code' }).click();
  await page.getByText('/link KX7P-2M41').waitFor();
  await page.getByRole('textbox', { name: 'Code from a messenger' }).fill('x');
  await page.keyboard.press('Enter');
  await page.getByText('The code is wrong').waitFor();
  expect(await appearanceFaults(page)).toEqual([]);
  const dialogOverflow = await page
    .getByRole('dialog')
    .evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
  expect(dialogOverflow).toBe(0);
});
