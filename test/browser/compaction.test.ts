import { expect, test } from 'vitest';
import { appearanceFaults } from '#test/support/axe.ts';
import { useStage } from '#test/support/browser-page.ts';

const stage = useStage();

const summary = '# What the user wants\n\nA **blue** button.';

const openTalk = async () => {
  const session = stage.server.addSession('s1', [
    { type: 'user_message', content: 'Make it blue', message_id: 'm' },
    { type: 'assistant_text', text: 'It is blue.' },
  ]);
  const page = await stage.open('/s/s1', { bypassCSP: true, reducedMotion: 'reduce' });
  await page.getByText('It is blue.').waitFor();
  return { session, page };
};

test('a summary is told while it is written; then a line stands in the conversation, which opens', async () => {
  const { session, page } = await openTalk();
  session.emit({ type: 'compact_started' });
  await page.getByText('Summarising the conversation…').waitFor();
  expect(await page.getByRole('button', { name: 'Summarise the conversation' }).isDisabled()).toBe(true);
  session.emit({ type: 'compact_completed', session_id: 's1', summary });
  const line = page.getByText('Conversation summarised');
  await line.waitFor();
  expect(await page.getByText('Summarising the conversation…').count()).toBe(0);
  expect(await page.getByText('It is blue.').isVisible()).toBe(true);
  expect(await page.getByRole('heading', { name: 'What the user wants' }).isVisible()).toBe(false);
  await line.click();
  await page.getByRole('heading', { name: 'What the user wants' }).waitFor();
  expect(await appearanceFaults(page)).toEqual([]);

  await page.reload();
  await page.getByText('Conversation summarised').waitFor();
  expect(await page.getByText('Conversation summarised').count()).toBe(1);
});

test('the button asks for a summary as if /compact were typed', async () => {
  const { page } = await openTalk();
  await page.getByRole('button', { name: 'Summarise the conversation' }).click();
  await expect
    .poll(() => stage.server.frames)
    .toEqual([{ content: '/compact', message_id: expect.any(String) }]);
});
