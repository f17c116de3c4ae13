import { expect, test } from 'vitest';
import { appearanceFaults } from '#test/support/axe.ts';
import { useStage } from '#test/support/browser-page.ts';

const stage = useStage();

const task = (id: string, description: string) => ({
  type: 'tool_use',
  id,
  name: 'Task',
  input: { description, subagent_type: 'reviewer', prompt: 'Look at all of it.' },
});
const inner = (id: string, parent: string, pattern: string) => ({
  type: 'tool_use',
  id,
  name: 'Grep',
  input: { pattern },
  parent_tool_use_id: parent,
});
const result = (id: string, content: string, parent?: string) => ({
  type: 'tool_result',
  tool_use_id: id,
  content,
  is_error: false,
  ...(parent === undefined ? {} : { parent_tool_use_id: parent }),
});

test('subagents work inside their cards', async () => {
  const session = stage.server.addSession('s1', [
    { type: 'user_message', content: 'Review it', message_id: 'm' },
  ]);
  const page = await stage.open('/s/s1', { bypassCSP: true, reducedMotion: 'reduce' });
  await page.getByRole('article').getByText('Review it').waitFor();
  for (const event of [
    task('t1', 'review the server'),
    task('t2', 'review the page'),
    inner('a', 't1', 'TODO'),
    inner('b', 't2', 'eval'),
    result('a', 'No matches.', 't1'),
    inner('c', 't1', 'password'),
  ])
    session.emit(event);
  const cards = page.getByRole('group', { name: 'Task' });
  await expect.poll(() => cards.count()).toBe(2);
  await expect.poll(() => cards.first().innerText()).toContain('reviewer: review the server · Grep password');
  expect(await page.getByRole('group', { name: 'Grep' }).count()).toBe(0);

  await cards.first().getByRole('button').first().click();
  const inside = cards.first().getByRole('region', { name: '2 calls of the subagent' });
  expect(await inside.getByRole('group', { name: 'Grep' }).count()).toBe(2);
  await inside.getByRole('button').first().click();
  await inside.getByText('No matches.').waitFor();
  expect(await appearanceFaults(page)).toEqual([]);

  session.emit(result('c', 'none', 't1'));
  session.emit(result('t1', 'All is well.'));
  await cards.first().getByText('All is well.').waitFor();
  await expect.poll(() => cards.first().innerText()).not.toContain('· Grep');
});

test('on a phone the calls of a subagent are no wider than its card', async () => {
  const session = stage.server.addSession('s1', [
    { type: 'user_message', content: 'Review it', message_id: 'm' },
  ]);
  const page = await stage.open('/s/s1', { viewport: { width: 390, height: 800 } });
  await page.getByRole('article').getByText('Review it').waitFor();
  session.emit(task('t1', 'review the server'));
  session.emit(inner('a', 't1', 'a long pattern that goes on and on, as patterns do'));
  const card = page.getByRole('group', { name: 'Task' });
  await card.getByRole('button').first().click();
  const call = card.getByRole('group', { name: 'Grep' });
  await call.waitFor();
  const right = (one: typeof card) => one.evaluate((box) => box.getBoundingClientRect().right);
  expect(await right(call)).toBeLessThan(await right(card));
});

test('commands are offered as they are typed, and taken by keyboard or pointer', async () => {
  const page = await stage.open('/', { bypassCSP: true, reducedMotion: 'reduce' });
  const field = page.locator('#composer');
  const options = page.getByRole('listbox', { name: 'Commands' }).getByRole('option');
  await field.fill('/');
  await expect.poll(() => options.count()).toBe(3);
  expect(await appearanceFaults(page)).toEqual([]);
  await field.press('ArrowUp');
  await expect.poll(() => options.last().getAttribute('aria-selected')).toBe('true');
  await field.press('Escape');
  await expect.poll(() => options.count()).toBe(0);
  await field.fill('/s');
  await expect.poll(() => options.allInnerTexts()).toHaveLength(2);
  await field.press('Enter');
  await expect.poll(() => field.inputValue()).toBe('/summarize ');
  await field.fill('/tr');
  await options.first().click();
  await field.press('End');
  await field.pressSequentially('this');
  await field.press('Enter');
  await expect.poll(() => stage.server.frames[0]?.['content']).toBe('/translate this');
});

test('what the agent may do is chosen below the message, sent at once, and follows what the server says', async () => {
  const page = await stage.open('/');
  const choice = page.getByRole('combobox', { name: 'What the agent may do without asking' });
  await expect.poll(() => choice.inputValue()).toBe('bypassPermissions');
  await choice.selectOption({ label: 'Plan first, change nothing' });
  await expect.poll(() => stage.server.frames).toEqual([{ type: 'set_permission_mode', mode: 'plan' }]);
  const [session] = stage.server.sessions.values();
  session?.tell({ type: 'permission_mode', mode: 'acceptEdits' });
  await expect.poll(() => choice.inputValue()).toBe('acceptEdits');
});
