import { expect, test } from 'vitest';
import { appearanceFaults } from '#test/support/axe.ts';
import { markdownCorpus } from '#test/support/markdown-corpus.ts';
import { useStage } from '#test/support/browser-page.ts';
import type { Page } from 'playwright-core';

const stage = useStage();

const background = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const LIGHT = 'rgb(250, 249, 245)';
const DARK = 'rgb(31, 29, 26)';

test('the theme follows the system, can be chosen, spreads to other tabs and holds from the first picture on', async () => {
  const page = await stage.open('/login', { signedIn: false, colorScheme: 'dark' });
  const second = await page.context().newPage();
  await second.goto(`${stage.server.url}/login`);
  expect(await background(page)).toBe(DARK);
  await page.getByRole('button', { name: 'Theme: as the system' }).click();
  expect(await background(page)).toBe(LIGHT);
  await expect.poll(() => background(second)).toBe(LIGHT);
  // Without the page's own script only the first picture is left.
  await page.route('**/assets/*.js', (route) => route.abort());
  await page.reload();
  expect(await background(page)).toBe(LIGHT);
});

const states: Record<string, (page: Page) => Promise<void>> = {
  start: async (page) => {
    await page.getByRole('button', { name: /General agent/ }).waitFor();
  },
  conversation: async (page) => {
    await page.goto(`${stage.server.url}/s/s1`);
    await page.getByText('The end.').waitFor();
    await page.getByRole('button', { name: /Edit a.txt/ }).click();
    await page.waitForTimeout(250);
  },
  streaming: async (page) => {
    await page.goto(`${stage.server.url}/`);
    stage.server.onPrompt = (session) => session.say('Some **words**\n\n- and a list');
    for (const text of ['go', 'and then']) {
      await page.getByRole('textbox', { name: 'Message' }).fill(text);
      await page.keyboard.press('Enter');
      await page.getByText('and a list').waitFor();
    }
  },
  'lost connection': async (page) => {
    await page.goto(`${stage.server.url}/s/s1`);
    await page.getByText('The end.').waitFor();
    stage.server.cutSockets(true);
    await page.getByText('Connection lost.').waitFor();
  },
  'sessions and dialog': async (page) => {
    await page.goto(`${stage.server.url}/`);
    await showSidebar(page);
    const remove = page.getByRole('button', { name: 'Delete Named' });
    const dialog = page.getByRole('dialog');
    // A drawer that is still opening takes the focus back
    await expect
      .poll(
        async () => {
          await remove.press('Enter');
          return dialog.waitFor({ timeout: 1_000 }).then(
            () => true,
            () => false,
          );
        },
        { timeout: 15_000 },
      )
      .toBe(true);
  },
  files: async (page) => {
    await page.goto(`${stage.server.url}/s/s1`);
    await showSidebar(page);
    await page.getByRole('tab', { name: 'Files' }).click();
    await page.getByText('notes.txt').waitFor();
  },
  'sign-in': async (page) => {
    await page.context().clearCookies();
    await page.goto(`${stage.server.url}/login`);
    await page.getByLabel('Username').waitFor();
  },
};

async function showSidebar(page: Page): Promise<void> {
  await page.getByRole('button', { name: /New chat/ }).waitFor();
  const show = page.getByRole('button', { name: 'Show sidebar' });
  if ((await show.count()) > 0) await show.click();
}

test.each([320, 1280])(
  'every state is accessible in light and dark, without sideways scrolling: %i px',
  async (width) => {
    const session = stage.server.addSession(
      's1',
      [
        { type: 'user_message', content: 'A question', message_id: 'm' },
        { type: 'content_block', block: { type: 'ThinkingBlock', thinking: 'hm' } },
        {
          type: 'tool_use',
          id: 't1',
          name: 'Edit',
          input: { file_path: 'a.txt', old_string: 'a', new_string: 'b' },
        },
        { type: 'tool_result', tool_use_id: 't1', content: 'ok', is_error: null },
        { type: 'tool_use', id: 't2', name: 'Bash', input: { command: 'false' } },
        { type: 'tool_result', tool_use_id: 't2', content: 'failed', is_error: true },
        { type: 'assistant_text', text: markdownCorpus['article'] },
      ],
      'Named',
    );
    session.addFile('notes.txt', 12);
    stage.server.demo = true;
    const viewport = { width, height: 720 };
    const page = await stage.open('/', { viewport, bypassCSP: true, reducedMotion: 'reduce' });
    for (const [name, reach] of Object.entries(states)) {
      stage.server.acceptSockets();
      await reach(page);
      expect({ name, faults: await appearanceFaults(page) }).toEqual({ name, faults: [] });
    }
  },
);

test.each([360, 390])(
  'a conversation on a phone, %i px: all of its controls are there and fit',
  async (width) => {
    const session = stage.server.addSession(
      's1',
      [{ type: 'user_message', content: 'Hello', message_id: 'm' }],
      'Dinner for six',
    );
    const page = await stage.open('/s/s1', {
      viewport: { width, height: 800 },
      hasTouch: true,
      isMobile: true,
    });
    session.emit({ type: 'text_delta', text: 'Hm' });
    await page.getByText('Hm').waitFor();
    await page.getByRole('textbox', { name: 'Message' }).fill('Next');
    const controls = [
      page.getByRole('heading', { name: 'Dinner for six' }),
      page.getByRole('button', { name: 'Summarise the conversation' }),
      page.getByRole('button', { name: 'New chat' }),
      page.getByRole('combobox', { name: 'Agent', exact: true }),
      page.getByRole('combobox', { name: 'What the agent may do without asking' }),
      page.getByRole('button', { name: 'Attach files' }),
      page.getByRole('button', { name: 'Stop' }),
      page.getByRole('button', { name: 'Send after this reply' }),
    ];
    for (const control of controls) {
      const box = await control.boundingBox();
      expect({
        control: String(control),
        width: box?.width,
        right: (box?.x ?? 0) + (box?.width ?? 0),
      }).toEqual({
        control: String(control),
        width: expect.toSatisfy((wide: number) => wide >= 40),
        right: expect.toSatisfy((right: number) => right <= width),
      });
    }
    await page.getByRole('button', { name: 'Show sidebar' }).click();
    await page.getByRole('button', { name: 'Theme: as the system' }).click();
    await page.getByRole('button', { name: 'Theme: light' }).waitFor();
  },
);

test('everything on the start screen is reached by the keyboard, with a focus that shows', async () => {
  stage.server.addSession('s1', [{ type: 'user_message', content: 'Hello', message_id: 'm' }]);
  const page = await stage.open('/');
  await page.getByRole('button', { name: /General agent/ }).waitFor();
  await page.getByRole('link', { name: 'Hello' }).waitFor();
  const reached = new Set<string>();
  for (let step = 0; step < 25; step += 1) {
    await page.keyboard.press('Tab');
    reached.add(
      await page.evaluate(() => {
        const focused = document.activeElement;
        const name = focused?.getAttribute('aria-label') ?? focused?.textContent ?? '';
        const { outlineStyle } = getComputedStyle(focused ?? document.body);
        return focused === document.body || focused?.id === 'composer' || outlineStyle !== 'none'
          ? name.slice(0, 20)
          : `hidden focus: ${name}`;
      }),
    );
  }
  expect([...reached]).toEqual(
    expect.arrayContaining([
      'Sessions',
      'Search conversations',
      'Hello',
      'Rename Hello',
      'Delete Hello',
      'Sign out',
      'New chat',
      'Attach files',
    ]),
  );
  expect([...reached].filter((one) => one.startsWith('hidden focus'))).toEqual([]);
});
