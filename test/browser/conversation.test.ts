import { expect, test } from 'vitest';
import { useStage } from '#test/support/browser-page.ts';
import type { FakeSession } from '#test/support/fake-page-session.ts';
import type { Page } from 'playwright-core';

const stage = useStage();

const send = async (page: Page, text: string) => {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
};
const prompts = () =>
  stage.server.frames.map((frame) => frame['content']).filter((content) => content !== undefined);

/** A session whose replies the test writes by hand. */
async function openRunning(path = '/'): Promise<{ page: Page; session: FakeSession }> {
  const page = await stage.open(path);
  const started = new Promise<FakeSession>((resolve) => {
    stage.server.onPrompt = resolve;
  });
  await send(page, 'first');
  return { page, session: await started };
}

const paragraphs = (count: number) =>
  Array.from({ length: count }, (_, index) => `Paragraph ${index}.`).join('\n\n');

test('while the end is in view the page follows; scrolled up it stays put; the button leads back', async () => {
  const { page, session } = await openRunning();
  session.say(paragraphs(60));
  await page.getByText('Paragraph 59.').waitFor();
  const distance = () =>
    page.locator('#conversation').evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
  await expect.poll(distance).toBeLessThanOrEqual(2);

  await page.locator('#conversation').hover();
  await page.mouse.wheel(0, -300);
  await page.getByRole('button', { name: 'Jump to latest' }).waitFor();
  await page.waitForTimeout(150);
  const place = () => page.getByText('Paragraph 50.').evaluate((one) => one.getBoundingClientRect().top);
  const before = await place();
  session.say(`\n\n${paragraphs(40).replaceAll('Paragraph', 'Later')}`);
  await page.getByText('Later 39.').waitFor();
  expect(Math.abs((await place()) - before)).toBeLessThanOrEqual(1);

  await page.getByRole('button', { name: 'Jump to latest' }).click();
  await expect.poll(distance).toBeLessThanOrEqual(2);
  await expect.poll(() => page.getByRole('button', { name: 'Jump to latest' }).count()).toBe(0);
});

test('stop keeps the partial text and marks the running tool as interrupted', async () => {
  const { page, session } = await openRunning();
  session.say('half an answer');
  session.emit({ type: 'tool_use', id: 't', name: 'Bash', input: { command: 'sleep 99' } });
  await page.getByText('Running').waitFor();
  await page.getByRole('textbox', { name: 'Message' }).focus();
  await page.keyboard.press('Escape');
  await page.getByText('Interrupted').waitFor();
  await page.getByText('half an answer').waitFor();
  expect(stage.server.frames.at(-1)).toEqual({ type: 'cancel_request' });
  expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(0);
});

test('a prompt sent during a reply waits above the composer, can be taken back, and goes out after it', async () => {
  const { page, session } = await openRunning();
  session.say('working');
  await page.getByText('working').waitFor();
  await send(page, 'second');
  await send(page, 'third');
  const queue = page.getByRole('list', { name: 'Messages to be sent after this reply' });
  expect(await queue.getByRole('listitem').allTextContents()).toEqual(['Nextsecond', 'Nextthird']);
  await queue.getByRole('button', { name: 'Edit' }).first().click();
  expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('second');
  expect(prompts()).toEqual(['first']);
  session.finish();
  await expect.poll(prompts).toEqual(['first', 'third']);
});

test('Enter sends, Shift+Enter breaks the line, an input method keeps its Enter', async () => {
  const page = await stage.open('/');
  const field = page.getByRole('textbox', { name: 'Message' });
  await field.fill('a');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('b');
  await field.evaluate((one) =>
    one.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true })),
  );
  expect(prompts()).toEqual([]);
  await page.keyboard.press('Enter');
  await expect.poll(prompts).toEqual(['a\nb']);
});

test('the draft of each session survives a reload', async () => {
  for (const id of ['s1', 's2'])
    stage.server.addSession(id, [{ type: 'user_message', content: `about ${id}`, message_id: id }]);
  const page = await stage.open('/s/s1');
  await page.getByRole('article').getByText('about s1').waitFor();
  await page.getByRole('textbox', { name: 'Message' }).fill('one');
  await page.getByRole('link', { name: 'about s2' }).click();
  await page.getByRole('article').getByText('about s2').waitFor();
  expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('');
  await page.getByRole('textbox', { name: 'Message' }).fill('two');
  await page.goBack();
  await expect.poll(() => page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('one');
  await page.goto(`${stage.server.url}/s/s2`);
  await expect.poll(() => page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('two');
});

test('an error is a card in the thread, the refused prompt can be sent again', async () => {
  const { page, session } = await openRunning();
  session.say('fine so far');
  session.emit({ type: 'assistant_text', text: 'fine so far' });
  session.finish();
  session.tell({ type: 'error', error: 'The model is not available.' });
  await page.getByText('The model is not available.').first().waitFor();
  await page.getByText('fine so far').waitFor();
  expect(await page.getByRole('textbox', { name: 'Message' }).isEnabled()).toBe(true);
});

test('a tool card tells its call in one line and shows the rest on demand', async () => {
  stage.server.addSession('s1', [
    { type: 'tool_use', id: 't', name: 'Bash', input: { command: 'seq 40', description: 'Count' } },
    {
      type: 'tool_result',
      tool_use_id: 't',
      content: Array.from({ length: 40 }, (_, index) => `\u001b[31mrow ${index}\u001b[0m`).join('\n'),
      is_error: null,
    },
    { type: 'tool_use', id: 'u', name: 'Read', input: { file_path: '/a/missing.txt' } },
    { type: 'tool_result', tool_use_id: 'u', content: 'No such file', is_error: true },
  ]);
  const page = await stage.open('/s/s1');
  const bash = page.getByRole('button', { name: /Bash seq 40/ });
  await bash.waitFor();
  expect(await bash.getAttribute('aria-expanded')).toBe('false');
  expect(await page.getByRole('button', { name: /Read missing.txt/ }).getAttribute('aria-expanded')).toBe(
    'true',
  );
  await page.getByText('No such file').waitFor();
  await bash.click();
  const output = page.getByRole('group', { name: 'Output' }).first();
  expect((await output.textContent())?.split('\n')).toHaveLength(10);
  await page.getByRole('button', { name: 'Show all 40 lines' }).click();
  expect((await output.textContent())?.split('\n').at(-1)).toBe('row 39');
});

test('a session that is not there says so', async () => {
  const page = await stage.open('/s/unknown');
  await page.getByText('This session does not exist, or is not yours.').waitFor();
});
