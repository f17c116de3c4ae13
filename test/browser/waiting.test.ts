import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { appearanceFaults } from '#test/support/axe.ts';
import { useStage } from '#test/support/browser-page.ts';
import type { FakeSession, ScriptedEvent } from '#test/support/fake-page-session.ts';

const stage = useStage();

const questions = [
  {
    question: 'Which colour should the button have?',
    header: 'Colour',
    options: [
      { label: 'Red', description: 'Draws the eye' },
      { label: 'Blue', description: 'Calm' },
    ],
    multiSelect: false,
  },
  {
    question: 'Where should it be?',
    header: '',
    options: ['Top', 'Bottom'].map((label) => ({ label, description: '' })),
    multiSelect: true,
  },
];
const question = { type: 'ask_user_question', question_id: 'w1', questions, timeout: 60 };
const wide = 'x '.repeat(120);
const summary = `# Paint it\n\n1. Take a **brush**\n2. Paint\n\n\`\`\`\n${wide}\n\`\`\``;
const plan = { type: 'plan_approval', plan_id: 'w1', title: 'Paint it', summary, steps: [], timeout: 120 };
const approval = {
  type: 'approval_request',
  approval_id: 'w1',
  tool: 'Bash',
  input: { command: `rm -r old\n${'echo more\n'.repeat(20)}rm -r new # ${wide}` },
};

async function openWaiting(event: ScriptedEvent, viewport = { width: 1280, height: 800 }) {
  const session = stage.server.addSession('s1', [
    { type: 'user_message', content: 'Do it', message_id: 'm' },
    event,
  ]);
  const page = await stage.open('/s/s1', { viewport, bypassCSP: true, reducedMotion: 'reduce' });
  return { page, session };
}

/** The result comes, and the card is gone. */
async function close(page: Page, session: FakeSession, title: RegExp): Promise<void> {
  session.emit({ type: 'tool_result', tool_use_id: 'w1', content: 'answered', is_error: null });
  await expect.poll(() => page.getByRole('region', { name: title }).count()).toBe(0);
}

test('questions are answered by the keyboard; the composer keeps the focus until then', async () => {
  const { page, session } = await openWaiting(question);
  const card = page.getByRole('region', { name: 'The agent has questions' });
  await card.waitFor();
  await page.getByRole('status').getByText('The agent has questions').waitFor({ state: 'attached' });
  const composer = page.getByRole('textbox', { name: 'Message', exact: true });
  expect(await composer.evaluate((field) => field === document.activeElement)).toBe(true);
  expect(await composer.getAttribute('placeholder')).toBe('The agent waits for your answer above');

  const submit = card.getByRole('button', { name: 'Submit' });
  await card.getByRole('radio', { name: 'Red' }).focus();
  await page.keyboard.press('ArrowDown');
  expect(await submit.isDisabled()).toBe(true);
  await card.getByRole('checkbox', { name: 'Bottom' }).press('Space');
  await card.getByRole('textbox', { name: 'Other answer to: Where should it be?' }).fill('In the middle');
  await submit.press('Enter');
  await card.getByText('Sent', { exact: true }).waitFor();
  expect(stage.server.frames).toEqual([
    {
      type: 'user_answer',
      question_id: 'w1',
      answers: {
        'Which colour should the button have?': 'Blue',
        'Where should it be?': ['Bottom', 'Other: In the middle'],
      },
    },
  ]);
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('conversation');
  await close(page, session, /The agent has/);
});

test('questions can be skipped, in one tab for all', async () => {
  const { page, session } = await openWaiting(question);
  const second = await page.context().newPage();
  await second.goto(page.url());
  await second.getByRole('region', { name: 'The agent has questions' }).waitFor();
  // What closes under somebody's hands does not lose the place
  await second.getByRole('radio', { name: 'Red' }).focus();
  await page.getByRole('button', { name: 'Skip' }).click();
  await expect
    .poll(() => stage.server.frames)
    .toEqual([{ type: 'user_answer', question_id: 'w1', answers: {} }]);
  await close(page, session, /The agent has/);
  await expect.poll(() => second.getByRole('region', { name: /The agent has/ }).count()).toBe(0);
  expect(await second.evaluate(() => document.activeElement?.id)).toBe('conversation');
});

test('a plan is read as Markdown and rejected with words', async () => {
  const { page, session } = await openWaiting(plan);
  const card = page.getByRole('region', { name: 'The agent proposes a plan' });
  await card.locator('strong', { hasText: 'brush' }).waitFor();
  const feedback = card.getByRole('textbox', { name: 'What should be different?' });
  await feedback.fill('Use a roller');
  // A new line, and no decision
  await feedback.press('Enter');
  expect(stage.server.frames).toEqual([]);
  await card.getByRole('button', { name: 'Reject' }).click();
  await expect
    .poll(() => stage.server.frames)
    .toEqual([{ type: 'plan_approval_response', plan_id: 'w1', approved: false, feedback: 'Use a roller' }]);
  await close(page, session, /a plan/);
});

test('a plan is approved with changes', async () => {
  const { page, session } = await openWaiting(plan);
  const card = page.getByRole('region', { name: 'The agent proposes a plan' });
  await card.getByRole('button', { name: 'Approve', exact: true }).waitFor();
  await card.getByRole('textbox').fill('In blue');
  await card.getByRole('button', { name: 'Approve with changes' }).press('Enter');
  await expect
    .poll(() => stage.server.frames)
    .toEqual([{ type: 'plan_approval_response', plan_id: 'w1', approved: true, feedback: 'In blue' }]);
  await close(page, session, /a plan/);
});

test('a tool call is allowed while the connection is away', async () => {
  const { page, session } = await openWaiting(approval);
  const card = page.getByRole('region', { name: 'The agent wants to use Bash' });
  // To the last line: nobody should consent to what is cut off
  await card.getByText(/^\$ rm -r old.*rm -r new/s).waitFor();
  stage.server.cutSockets(true);
  await page.getByText('Connection lost.').waitFor();
  await card.getByRole('button', { name: 'Allow' }).click();
  await card.getByText('Is sent as soon as the connection is back.').waitFor();
  expect(stage.server.frames).toEqual([]);
  stage.server.acceptSockets();
  await page.getByRole('button', { name: 'Retry now' }).click();
  await expect
    .poll(() => stage.server.frames)
    .toEqual([{ type: 'approval_response', approval_id: 'w1', approved: true, feedback: '' }]);
  await card.getByText('Sent', { exact: true }).waitFor();
  await close(page, session, /Bash/);
});

test('what waits does not keep one from stopping', async () => {
  const { page } = await openWaiting(approval);
  await page.getByRole('region', { name: /Bash/ }).waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect.poll(() => page.getByRole('region', { name: /Bash/ }).count()).toBe(0);
  expect(stage.server.frames).toEqual([{ type: 'cancel_request' }]);
});

const cards = [
  { name: 'question', event: question },
  { name: 'plan', event: plan },
  { name: 'approval', event: approval },
].flatMap((one) => [320, 1280].map((width) => ({ ...one, width })));

test.each(cards)('the $name card is accessible, in light and dark, at $width px', async (one) => {
  const { page } = await openWaiting(one.event, { width: one.width, height: 800 });
  await page.getByRole('region', { name: /^The agent/ }).waitFor();
  await page.waitForTimeout(250);
  const isWider = (region: Element) => region.scrollWidth > region.clientWidth;
  expect(await page.locator('#conversation').evaluate(isWider)).toBe(false);
  expect(await page.getByRole('region', { name: /^The agent/ }).evaluate(isWider)).toBe(false);
  expect(await appearanceFaults(page)).toEqual([]);
});
