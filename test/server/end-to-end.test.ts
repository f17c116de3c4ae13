import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '#test/support/browser.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { startRealServer, type RealServer } from '#test/support/real-server.ts';
import { buildPage } from '../../scripts/build-page.ts';

let server: RealServer;
let browser: Browser;

beforeAll(async () => {
  await buildPage();
  [server, browser] = await Promise.all([startRealServer(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

async function signIn(): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(server.url);
  await page.getByRole('textbox', { name: 'Username' }).fill(server.login.username);
  await page.getByRole('textbox', { name: 'Password' }).fill(server.login.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill(text);
  await page.keyboard.press('Enter');
}

const wroteFile = promptScript(
  {
    blocks: [
      { text: ['I write it. '] },
      { tool: 'Write', id: 'w1', input: { file_path: '/workspace/output/note.md', content: '# A note' } },
    ],
  },
  { blocks: [{ text: ['The **note** ', 'is ', 'written.'] }] },
);

test('from signing in to a streamed answer with a tool call, a file, and a search that finds it', async () => {
  const page = await signIn();
  await say(page, wroteFile);
  await page.getByText('is written.').waitFor();
  expect(await page.locator('strong', { hasText: 'note' }).count()).toBe(1);
  expect(new URL(page.url()).pathname).toMatch(/^\/s\/[0-9a-f-]{36}$/);
  const sessionId = page.url().split('/').at(-1) ?? '';

  const headers = await server.headers();
  const files = await (await fetch(`${server.url}/api/v1/files/${sessionId}/list`, { headers })).json();
  expect(files).toMatchObject({ files: [{ safe_name: 'note.md', file_type: 'output' }] });
  const found = await (
    await fetch(`${server.url}/api/v1/sessions/search?query=A%20note`, { headers })
  ).json();
  expect(found).toMatchObject({ results: [{ session_id: sessionId }] });
  await page.context().close();
});

test('a server that is killed in mid-answer: after its restart the page goes on by itself, each word once', async () => {
  const page = await signIn();
  const words = Array.from({ length: 30 }, (_, index) => `word${index}. `);
  await say(page, promptScript({ blocks: [{ text: words }], delayMs: 60 }));
  const answer = page.getByRole('article', { name: 'Assistant' });
  await answer.getByText('word3').waitFor();
  await server.kill();
  await server.restart();
  await answer.getByText('word29').waitFor({ timeout: 45_000 });
  const counted = async () => {
    const text = (await page.getByRole('article').allInnerTexts()).join('\n');
    return words.map((word) => text.split(word.trim()).length - 1);
  };
  // Once in the prompt that scripts the answer, once in the answer
  const once = words.map(() => 2);
  expect(await counted()).toEqual(once);
  await page.reload();
  await answer.getByText('word29').waitFor();
  expect(await counted()).toEqual(once);
  await page.context().close();
});

test('a question waits through a killed server, for whoever comes, and goes with the first answer', async () => {
  const page = await signIn();
  const question = {
    question: 'Which colour?',
    header: 'Colour',
    options: ['Red', 'Blue'].map((label) => ({ label, description: `The ${label.toLowerCase()} one` })),
    multiSelect: false,
  };
  const asks = promptScript(
    {
      blocks: [
        { text: ['One thing first. '] },
        { tool: 'AskUserQuestion', id: 'q1', input: { questions: [question] } },
      ],
    },
    { blocks: [{ text: ['Blue ', 'it is.'] }] },
  );
  await say(page, asks);
  const cardOf = (tab: Page) => tab.getByRole('region', { name: 'The agent has a question' });
  await cardOf(page).waitFor();
  await server.kill();
  await server.restart();
  const second = await page.context().newPage();
  await second.goto(page.url());
  await cardOf(second).waitFor();

  await cardOf(page).getByRole('radio', { name: 'Blue' }).check();
  await cardOf(page).getByRole('button', { name: 'Submit' }).click();
  for (const tab of [page, second]) {
    await tab.getByText('Blue it is.').waitFor({ timeout: 45_000 });
    expect(await cardOf(tab).count()).toBe(0);
    const call = tab.getByRole('group', { name: 'AskUserQuestion' });
    await call.getByText('Done').waitFor({ state: 'attached' });
    expect(await call.count()).toBe(1);
    await call.getByRole('button').first().click();
    await call.getByText('"Which colour?"="Blue"').waitFor();
  }
  await page.context().close();
});

test('a plan is rejected with words, which the agent is told, and the next one approved', async () => {
  const page = await signIn();
  const plan = (id: string, tool: string) => ({
    blocks: [{ tool: 'ExitPlanMode', id, input: { plan: `# Paint\n\n1. Take a **${tool}**` } }],
  });
  await say(
    page,
    promptScript(plan('p1', 'brush'), plan('p2', 'roller'), { blocks: [{ text: ['I paint.'] }] }),
  );
  const card = page.getByRole('region', { name: 'The agent proposes a plan' });
  await card.locator('strong', { hasText: 'brush' }).waitFor();
  await card.getByRole('textbox').fill('Use a roller');
  await card.getByRole('button', { name: 'Reject' }).click();
  await card.locator('strong', { hasText: 'roller' }).waitFor();
  expect(server.model.requests.at(-1)?.raw).toContain('Use a roller');
  await card.getByRole('button', { name: 'Approve' }).click();
  await page.getByRole('article', { name: 'Assistant' }).getByText('I paint.').waitFor();
  expect(await card.count()).toBe(0);
  await page.context().close();
});

test('consecutive requests of a session share every byte up to the newest message', async () => {
  const headers = await server.headers();
  const from = server.model.requests.length;
  let id: string | undefined;
  for (const content of [wroteFile, 'and a second question', 'and a third']) {
    const path = id === undefined ? '/conversations' : `/conversations/${id}/stream`;
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ content }),
    });
    id ??= /"session_id":"([^"]+)"/.exec(await response.text())?.[1];
    if (!response.bodyUsed) await response.text();
  }
  const bodies = server.model.requests.slice(from).map(({ raw }) => raw);
  expect(bodies).toHaveLength(4);
  for (const [index, body] of bodies.slice(1).entries()) {
    const before = bodies[index] ?? '';
    expect(before.endsWith(']}')).toBe(true);
    expect(
      body.startsWith(before.slice(0, -2)),
      `request ${index + 2} keeps the bytes of the one before`,
    ).toBe(true);
  }
});
