import { expect, test } from 'vitest';
import { markdownCorpus } from '#test/support/markdown-corpus.ts';
import { useStage } from '#test/support/browser-page.ts';
import type { Page } from 'playwright-core';

const stage = useStage();

const send = async (page: Page, text: string) => {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
};
const article = markdownCorpus['article'] ?? '';
const lastReply = (page: Page) =>
  page.getByRole('article', { name: 'Assistant' }).last().locator('.prose-reply');

test('a first message starts a session, streams its answer and gives the page its address', async () => {
  stage.server.onPrompt = (session) => {
    session.say(article);
    session.emit({ type: 'assistant_text', text: article });
    session.finish();
  };
  const page = await stage.open('/');
  await page.getByRole('button', { name: /Code reviewer/ }).click();
  await send(page, 'hello');
  await page.waitForURL('**/s/*');
  await page.getByText('The end.').waitFor();
  const reply = lastReply(page);
  expect(await reply.getByRole('heading', { name: 'A plan' }).count()).toBe(1);
  expect(await reply.locator('ul > li > ul > li').textContent()).toBe('nested');
  expect(await reply.locator('ol').getAttribute('start')).toBe('3');
  expect(
    await reply
      .locator('input[type=checkbox]')
      .evaluateAll((all) => all.map((one) => one.matches(':checked'))),
  ).toEqual([true, false]);
  expect(
    await reply
      .locator('th')
      .last()
      .evaluate((cell) => getComputedStyle(cell).textAlign),
  ).toBe('right');
  expect(await reply.locator('a').first().getAttribute('rel')).toBe('noopener noreferrer');
  expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('');
});

test('finished blocks keep their elements, and the end looks like the whole shown at once', async () => {
  const page = await stage.open('/');
  let session = stage.server.sessions.values().next().value;
  stage.server.onPrompt = (started) => {
    session = started;
  };
  await send(page, 'go');
  await page.waitForURL('**/s/*');
  const half = article.indexOf('| Name');
  session?.say(article.slice(0, half), 3);
  await lastReply(page).locator('figure').waitFor();
  await page.waitForTimeout(100);
  await page.evaluate(() => {
    const finished = [...document.querySelectorAll('.prose-reply > *')].slice(0, -2);
    const removals: string[] = [];
    const watch = new MutationObserver((changes) => {
      for (const change of changes)
        for (const node of change.removedNodes) removals.push(node.textContent ?? '');
    });
    for (const block of finished)
      watch.observe(block, { childList: true, subtree: true, characterData: true });
    Object.assign(window, { finished, removals });
    getSelection()?.selectAllChildren(finished[1] ?? document.body);
  });
  session?.say(article.slice(half), 3);
  session?.emit({ type: 'assistant_text', text: article });
  session?.finish();
  await page.getByText('The end.').waitFor();
  await expect.poll(() => page.getByText('Replying…').count()).toBe(0);
  const kept = await page.evaluate(() => ({
    connected: Reflect.get(window, 'finished').map((one: Element) => one.isConnected),
    removals: Reflect.get(window, 'removals'),
    selected: String(getSelection()),
  }));
  expect(kept.connected.length).toBeGreaterThan(2);
  expect(kept).toEqual({
    connected: kept.connected.map(() => true),
    removals: [],
    selected: expect.stringContaining('First a paragraph with bold'),
  });
  const streamed = await lastReply(page).innerHTML();
  await page.reload();
  await page.getByText('The end.').waitFor();
  // Until what reads Markdown is loaded, the text stands there as it was written
  await expect.poll(() => lastReply(page).innerHTML()).toBe(streamed);
});

test('many deltas in one moment are drawn at most once per picture', async () => {
  const page = await stage.open('/');
  let session = stage.server.sessions.values().next().value;
  stage.server.onPrompt = (started) => {
    session = started;
    started.say('begin ');
  };
  await send(page, 'go');
  await page.getByText('begin').waitFor();
  await page.evaluate(() => {
    const count = { changes: 0, frames: 0 };
    new MutationObserver(() => (count.changes += 1)).observe(
      document.querySelector('#conversation') ?? document,
      {
        subtree: true,
        childList: true,
        characterData: true,
      },
    );
    const frame = () => {
      count.frames += 1;
      requestAnimationFrame(frame);
    };
    frame();
    Object.assign(window, { count });
  });
  session?.say('word '.repeat(2_000), 20);
  session?.say('last');
  await page.getByText(/last$/).waitFor();
  const count = await page.evaluate(() => Reflect.get(window, 'count'));
  expect(count.changes).toBeLessThanOrEqual(count.frames + 1);
});

test('nothing in a reply, a tool or a name can run or lead anywhere bad', async () => {
  const hostile = [
    '<script>alert(1)</script><img src=x onerror=alert(2)>',
    '[a](javascript:alert(3)) [b](JAVA&#115;CRIPT:alert(4)) [c](data:text/html;base64,PHNjcmlwdD4=) <javascript:alert(5)>',
    '![i](javascript:alert(6)) ![j](x"onerror="alert(7))',
    '`<svg onload=alert(8)>`',
    '```html\n<script>alert(9)</script>\n```',
    '| <b onclick=alert(10)>x</b> |\n| --- |\n| <iframe srcdoc="<script>alert(11)</script>"> |',
  ].join('\n\n');
  const session = stage.server.addSession(
    's1',
    [
      { type: 'user_message', content: '<img src=x onerror=alert(0)>', message_id: 'm' },
      ...['Bash', 'Read', 'Write', 'Edit', 'Grep', '<b>odd</b>'].flatMap((name, index) => [
        {
          type: 'tool_use',
          id: `t${index}`,
          name,
          input: {
            command: hostile,
            file_path: `<img src=x onerror=alert(12)>`,
            content: hostile,
            old_string: hostile,
            new_string: hostile,
            pattern: hostile,
          },
        },
        { type: 'tool_result', tool_use_id: `t${index}`, content: hostile, is_error: true },
      ]),
      { type: 'assistant_text', text: hostile },
    ],
    '<img src=x onerror=alert(13)>',
  );
  session.addFile('<img src=x onerror=alert(14)>‮gpj.exe', 3);
  const page = await stage.open('/s/s1');
  await page.getByText('<script>alert(1)</script>').first().waitFor();
  await page.getByRole('tab', { name: 'Files' }).click();
  await page.getByText('⟨202E⟩gpj.exe').waitFor();
  const found = await page.evaluate(() => ({
    elements: document.querySelectorAll('#page :is(script, iframe, object, embed, b, img:not([src^="/"]))')
      .length,
    handlers: [...document.querySelectorAll('#page *')]
      .flatMap((one) => one.getAttributeNames())
      .filter((name) => name.startsWith('on')),
    links: [...document.querySelectorAll('.prose-reply a')].map((one) => one.getAttribute('href')),
  }));
  expect(found).toEqual({ elements: 0, handlers: [], links: [] });
});

test('an image from elsewhere is fetched only when asked for', async () => {
  stage.server.addSession('s1', [
    { type: 'user_message', content: 'show', message_id: 'm' },
    { type: 'assistant_text', text: '![chart](https://images.example/c.png?data=secret)' },
  ]);
  const page = await stage.open('/s/s1');
  const asked: string[] = [];
  await page.route('https://images.example/**', (route) => {
    asked.push(route.request().url());
    return route.abort();
  });
  const button = page.getByRole('button', { name: /chart.*images\.example/ });
  await button.waitFor();
  await page.waitForTimeout(100);
  expect(asked).toEqual([]);
  page.removeAllListeners('request');
  await button.click();
  await expect.poll(() => asked).toEqual(['https://images.example/c.png?data=secret']);
});

test('code gets its colours after its fence closed, from a chunk that was not loaded before, in place', async () => {
  const page = await stage.open('/');
  let session = stage.server.sessions.values().next().value;
  stage.server.onPrompt = (started) => {
    session = started;
    started.say('Look:\n\n```ts\nconst answer = 42;\n');
  };
  await send(page, 'code');
  const pre = lastReply(page).locator('pre');
  await pre.getByText('const answer = 42;').waitFor();
  const height = (await pre.boundingBox())?.height;
  expect(stage.server.requests.filter((one) => one.includes('colour-code'))).toEqual([]);
  session?.say('```\n\nDone.');
  session?.finish();
  await expect.poll(() => page.evaluate(() => CSS.highlights.get('code-keyword')?.size ?? 0)).toBe(1);
  expect((await pre.boundingBox())?.height).toBe(height);
  expect(await pre.locator('code').innerHTML()).toBe('const answer = 42;\n');
});

test('copying a code block gives its exact source', async () => {
  stage.server.addSession('s1', [{ type: 'assistant_text', text: '```sh\necho "a  b"\n\nls\n```' }]);
  const page = await stage.open('/s/s1', { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.getByRole('button', { name: 'Copy code' }).click();
  await page.getByText('Copied').first().waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('echo "a  b"\n\nls\n');
});

test.each([
  { when: 'with the server gone stays as it is', status: null, isLoadedAnew: false },
  { when: 'with a deployment makes the page load anew', status: 200, isLoadedAnew: true },
])('a part of the page that is gone $when', async ({ status, isLoadedAnew }) => {
  stage.server.onPrompt = (session) => {
    session.say(article);
    session.emit({ type: 'assistant_text', text: article });
    session.finish();
  };
  const page = await stage.open('/');
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  await page.evaluate(() => Object.assign(window, { isFirst: true }));
  await page.route('**/assets/colour-code*', (route) => route.abort());
  await page.route('**/health', (route) => (status === null ? route.abort() : route.fulfill({ status })));
  await send(page, 'code');
  await page.getByText('The end.').waitFor();
  await expect
    .poll(() => page.evaluate(() => Reflect.get(window, 'isFirst') !== true), {
      timeout: isLoadedAnew ? 5000 : 500,
    })
    .toBe(isLoadedAnew);
  await page.waitForTimeout(isLoadedAnew ? 0 : 500);
  expect(await page.evaluate(() => Reflect.get(window, 'isFirst') !== true)).toBe(isLoadedAnew);
  await page.getByText('The end.').waitFor();
});
