import { expect, test } from 'vitest';
import { useStage } from '#test/support/browser-page.ts';

const stage = useStage();

const threeSessions = () => {
  for (const [id, text] of [
    ['s1', 'Rivers of the north'],
    ['s2', 'A parser in Rust'],
    ['s3', 'Dinner for six'],
  ] as const)
    stage.server.addSession(id, [{ type: 'user_message', content: text, message_id: id }]);
};

test('a session is renamed in place; Escape leaves it as it was', async () => {
  threeSessions();
  const page = await stage.open('/');
  const row = page.getByRole('listitem').filter({ hasText: 'A parser in Rust' });
  await row.hover();
  await row.getByRole('button', { name: 'Rename' }).click();
  await page.keyboard.type('Lost');
  await page.keyboard.press('Escape');
  await row.hover();
  await row.getByRole('button', { name: 'Rename' }).click();
  await page.keyboard.type('Grammar');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Grammar' }).click();
  await expect.poll(() => page.title()).toBe('Grammar – Edgewise');
  await expect.poll(() => stage.server.sessions.get('s2')?.name).toBe('Grammar');
});

test('deleting asks first, gives the focus back when refused, and leaves the open session', async () => {
  threeSessions();
  const page = await stage.open('/s/s2');
  await page.getByRole('article').getByText('A parser in Rust').waitFor();
  const row = page.getByRole('navigation').getByRole('listitem').filter({ hasText: 'A parser in Rust' });
  const button = row.getByRole('button', { name: 'Delete' });
  await row.hover();
  await button.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Delete this session?' }).waitFor();
  await page.keyboard.press('Escape');
  expect(await button.evaluate((one) => one === document.activeElement)).toBe(true);
  expect(stage.server.sessions.has('s2')).toBe(true);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.waitForURL(`${stage.server.url}/`);
  expect(stage.server.sessions.has('s2')).toBe(false);
  expect(await page.getByRole('link', { name: 'A parser in Rust' }).count()).toBe(0);
});

test('search finds in conversations, marks the match and opens it', async () => {
  threeSessions();
  const page = await stage.open('/');
  await page.getByRole('searchbox', { name: 'Search conversations' }).fill('parser');
  const hit = page.getByRole('link', { name: /A parser in Rust/ });
  await expect.poll(() => hit.locator('mark').allTextContents()).toEqual(['parser']);
  await hit.click();
  await page.waitForURL('**/s/s2');
  await page.getByRole('article').getByText('A parser in Rust').waitFor();
  const composer = page.getByRole('textbox', { name: 'Message' });
  await expect.poll(() => composer.evaluate((one) => one === document.activeElement)).toBe(true);
  await page.getByRole('searchbox').press('Escape');
  await page.getByRole('link', { name: 'Dinner for six' }).waitFor();
});

test('of a long hit that is shown in which the match stands', async () => {
  const content = `${'far away '.repeat(30)}the Übung ${'and on '.repeat(30)}`;
  stage.server.addSession('s1', [{ type: 'user_message', content, message_id: 'm' }], 'Long');
  const page = await stage.open('/', { viewport: { width: 390, height: 800 } });
  await page.getByRole('button', { name: 'Show sidebar' }).click();
  await page.getByRole('searchbox').fill('übung');
  const mark = page.getByRole('link', { name: /Long/ }).locator('mark');
  await expect.poll(() => mark.allTextContents()).toEqual(['Übung']);
  const [excerpt, match] = [await mark.locator('..').boundingBox(), await mark.boundingBox()];
  expect((match?.y ?? Infinity) + (match?.height ?? 0)).toBeLessThanOrEqual(
    (excerpt?.y ?? 0) + (excerpt?.height ?? 0),
  );
});

test('files are uploaded at once, named in the message and listed with download and delete', async () => {
  const page = await stage.open('/');
  await page
    .locator('input[type=file]')
    .setInputFiles([{ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') }]);
  await page.getByRole('list', { name: 'Attachments' }).getByText('notes.txt').waitFor();
  await page.getByRole('textbox', { name: 'Message' }).fill('read it');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect
    .poll(() => stage.server.frames.at(-1)?.['content'])
    .toEqual([
      { type: 'text', text: 'read it' },
      { type: 'text', text: '[File: input/notes.txt]' },
    ]);
  await page.getByRole('article', { name: 'You' }).getByText('notes.txt').waitFor();
  await page.getByRole('tab', { name: 'Files' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download notes.txt' }).click(),
  ]);
  expect(download.url()).toContain('/download/input/notes.txt');
  await page.getByRole('button', { name: 'Delete notes.txt' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('No files in this session yet.').waitFor();
});

test('files of a workspace that is gone before the first message are uploaded again', async () => {
  const page = await stage.open('/');
  await page
    .locator('input[type=file]')
    .setInputFiles([{ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') }]);
  const files = () => [...stage.server.sessions.values()].flatMap((session) => session.files);
  await expect.poll(() => files().length).toBe(1);
  stage.server.sessions.clear();
  stage.server.cutSockets();
  await expect.poll(() => files().length).toBe(1);
  await page.getByRole('textbox', { name: 'Message' }).fill('read it');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.waitForURL('**/s/*');
  expect([...stage.server.sessions.values()].map((session) => session.files.length)).toEqual([1]);
});

test('a refused upload says why, can be tried again, and does not go with the message', async () => {
  stage.server.upload = () => ({ error: 'This session has 100 files already' });
  const page = await stage.open('/');
  await page.locator('input[type=file]').setInputFiles([
    { name: 'big.txt', mimeType: 'text/plain', buffer: Buffer.from('x') },
    { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.from('') },
  ]);
  const rows = page.getByRole('list', { name: 'Attachments' });
  await rows.getByText('big.txt was refused: This session has 100 files already').waitFor();
  await rows.getByText('empty.txt is empty.').waitFor();
  expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
  stage.server.upload = () => ({ error: null });
  await page.getByRole('button', { name: 'Try big.txt again' }).click();
  await expect.poll(() => page.getByRole('button', { name: 'Send' }).isEnabled()).toBe(true);
});

test('a window that becomes narrow shows the conversation, and the list again when it is wide', async () => {
  const page = await stage.open('/', { viewport: { width: 1280, height: 800 } });
  const list = page.getByRole('navigation', { name: 'Sessions and files' });
  await list.waitFor();
  await page.setViewportSize({ width: 390, height: 800 });
  await list.waitFor({ state: 'detached' });
  await page.getByRole('textbox', { name: 'Message' }).fill('hello');
  await page.setViewportSize({ width: 1280, height: 800 });
  await list.waitFor();
});
