import { expect, test } from 'vitest';
import { appearanceFaults } from '#test/support/axe.ts';
import { useStage } from '#test/support/browser-page.ts';

const stage = useStage();

const call = (id: string, name: string, input: object, content: string, failed = false) => [
  { type: 'tool_use', id, name, input },
  { type: 'tool_result', tool_use_id: id, content, is_error: failed },
];

const events = [
  { type: 'user_message', content: 'Find it', message_id: 'm' },
  ...call(
    't1',
    'mcp__tickets__find',
    { text: 'bees' },
    'Sign in at https://signin.example/start, then ask again. javascript:alert(1)',
    true,
  ),
  ...call(
    't2',
    'WebSearch',
    { query: 'how bees fly', allowed_domains: ['a.example', 'b.example'] },
    'Found.',
  ),
  ...call('t3', 'Skill', { skill: 'data-summary', args: 'a.csv' }, 'Read.'),
  ...call(
    't4',
    'TodoWrite',
    {
      todos: [
        { content: 'Look', status: 'completed' },
        { content: 'Think', status: 'in_progress' },
        { content: 'Act', status: 'pending' },
      ],
    },
    'Good.',
  ),
  ...call(
    't6',
    'send_file_to_chat',
    { file_path: 'output/report.pdf' },
    JSON.stringify({
      action: 'deliver_file',
      _standalone_file: {
        type: 'file',
        url: 'https://edgewise.example/d?signed',
        filename: 'report.pdf',
        size_bytes: 2048,
      },
    }),
  ),
  ...call('t5', 'TaskUpdate', { taskId: '3', status: 'completed' }, 'Task 3 is completed.'),
];

test.each([320, 1280])('calls are told in words, and only web addresses are links: %i px', async (width) => {
  stage.server.addSession('s1', events);
  const viewport = { width, height: 900 };
  const page = await stage.open('/s/s1', { viewport, bypassCSP: true, reducedMotion: 'reduce' });
  const failed = page.getByRole('group', { name: 'find · tickets' });
  const link = failed.getByRole('link');
  await link.waitFor();
  expect(
    await link.evaluateAll((all) => all.map((one) => one.outerHTML.replace(/ class="[^"]*"/, ''))),
  ).toEqual([
    '<a href="https://signin.example/start" target="_blank" rel="noopener noreferrer">https://signin.example/start</a>',
  ]);
  for (const [name, line, inside] of [
    [
      'WebSearch',
      'how bees fly · a.example, b.example',
      /Search\s*how bees fly\s*Only\s*a.example, b.example/,
    ],
    ['Skill', 'data-summary', /Skill\s*data-summary\s*About\s*a.csv/],
    ['TodoWrite', '1 of 3 done · Think', /✓\s*Look\s*done\s*●\s*Think\s*in progress\s*○\s*Act\s*to do/],
    ['send_file_to_chat', 'report.pdf', /report.pdf · 2 kB\s*Download/],
    ['TaskUpdate', '#3 · done', /Task\s*#3\s*Status\s*done/],
  ] as const) {
    const card = page.getByRole('group', { name, exact: true });
    await card.getByText(line).waitFor();
    await card.getByRole('button').first().click();
    await expect.poll(() => card.innerText()).toMatch(inside);
  }
  const download = page.getByRole('link', { name: 'Download report.pdf' });
  expect(await download.getAttribute('href')).toBe('https://edgewise.example/d?signed');
  expect(await appearanceFaults(page)).toEqual([]);
});

test('consent is asked for by the same name', async () => {
  const ask = { type: 'approval_request', approval_id: 'a', tool: 'mcp__tickets__close', input: { id: 7 } };
  stage.server.addSession('s1', [
    { type: 'user_message', content: 'Close it', message_id: 'm' },
    { type: 'tool_use', id: 't', name: 'mcp__tickets__close', input: { id: 7 } },
    ask,
  ]);
  const page = await stage.open('/s/s1');
  await page.getByRole('heading', { name: 'The agent wants to use close · tickets' }).waitFor();
});
