import { expect, test } from 'vitest';
import { useStage } from '#test/support/browser-page.ts';
import type { FakeSession } from '#test/support/fake-page-session.ts';
import type { Page } from 'playwright-core';

const stage = useStage();

const reply = 'One word after the other, with **bold** and `code`.\n\nA second paragraph, and an end.';
const replyText = 'One word after the other, with bold and code.A second paragraph, and an end.';

const send = async (page: Page, text: string) => {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
};
const shown = (page: Page) =>
  page.locator('.prose-reply').evaluateAll((all) => all.map((one) => one.textContent));

async function openRunning(): Promise<{ page: Page; session: FakeSession }> {
  const page = await stage.open('/');
  const started = new Promise<FakeSession>((resolve) => {
    stage.server.onPrompt = resolve;
  });
  await send(page, 'first');
  return { page, session: await started };
}

test('a reply cut at five points arrives whole, nothing lost and nothing doubled', async () => {
  const { page, session } = await openRunning();
  const step = Math.ceil(reply.length / 6);
  for (let at = 0; at < reply.length; at += step) {
    session.say(reply.slice(at, at + step), 4);
    await page.waitForTimeout(20);
    stage.server.cutSockets();
  }
  session.emit({ type: 'assistant_text', text: reply });
  session.finish();
  await expect.poll(() => page.getByText('Replying…').count(), { timeout: 10_000 }).toBe(0);
  expect(await shown(page)).toEqual([replyText]);
  expect(await page.getByRole('article', { name: 'You' }).count()).toBe(1);
});

test('a page reloaded in the middle of a reply goes on with it', async () => {
  const { page, session } = await openRunning();
  await page.waitForURL('**/s/*');
  session.say(reply.slice(0, 30));
  await page.getByText('One word').waitFor();
  await page.reload();
  await page.getByText('One word').waitFor();
  session.say(reply.slice(30));
  session.emit({ type: 'assistant_text', text: reply });
  session.finish();
  await page.getByText('and an end.').waitFor();
  expect(await shown(page)).toEqual([replyText]);
});

test('a lost connection is shown; what is sent meanwhile goes out, once, when it is back', async () => {
  stage.server.addSession('s1', [{ type: 'user_message', content: 'hello', message_id: 'm' }]);
  const page = await stage.open('/s/s1');
  await page.getByRole('article').getByText('hello').waitFor();
  stage.server.cutSockets(true);
  await page.getByText('Connection lost.').waitFor();
  await send(page, 'meanwhile');
  await page.getByText('Waiting for the connection…').waitFor();
  stage.server.acceptSockets();
  await page.getByRole('button', { name: 'Retry now' }).click();
  await expect.poll(() => stage.server.frames.map((frame) => frame['content'])).toEqual(['meanwhile']);
  await expect.poll(() => page.getByText('Connection lost.').count()).toBe(0);
  expect(await page.getByRole('article', { name: 'You' }).allTextContents()).toHaveLength(2);
});

test('a cookie that ran out while the socket was away is renewed on the way back', async () => {
  const { page, session } = await openRunning();
  stage.server.expireCookie();
  stage.server.cutSockets();
  await expect.poll(() => stage.server.requests.filter((one) => one.includes('/refresh')).length).toBe(1);
  session.say('still here');
  await page.getByText('still here').waitFor();
});

test('two tabs on one session show the same', async () => {
  stage.server.addSession('s1', [{ type: 'user_message', content: 'hello', message_id: 'm' }]);
  const page = await stage.open('/s/s1');
  const second = await page.context().newPage();
  await second.goto(`${stage.server.url}/s/s1`);
  await second.getByRole('article').getByText('hello').waitFor();
  await page.getByRole('article').getByText('hello').waitFor();
  stage.server.onPrompt = (session) => {
    session.say('to both');
    session.finish();
  };
  await send(page, 'from one');
  for (const tab of [page, second]) {
    await tab.getByRole('article', { name: 'Assistant' }).getByText('to both').waitFor();
    expect(await tab.getByRole('article', { name: 'You' }).count()).toBe(2);
  }
});
