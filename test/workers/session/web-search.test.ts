import { expect, test } from 'vitest';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser } from '#test/support/workers/accounts.ts';
import { connectSocket } from '#test/support/workers/socket.ts';

test('an agent searches: client sees call and result, and the turn counts what the search cost', async () => {
  const { token } = await newUser();
  const { socket } = await connectSocket({ token });
  const events = await socket.say(
    promptScript(
      { blocks: [{ tool: 'WebSearch', id: 'call_1', input: { query: 'bridges' } }] },
      { blocks: [{ text: ['Two bridges.'] }] },
    ),
  );
  const shown = events.filter(({ type }) => type === 'tool_use' || type === 'tool_result' || type === 'done');
  expect(shown).toMatchObject([
    { type: 'tool_use', id: 'call_1', name: 'WebSearch', input: { query: 'bridges' } },
    {
      type: 'tool_result',
      tool_use_id: 'call_1',
      is_error: false,
      content: expect.stringContaining('- A page\n  https://page.example\n'),
    },
    {
      type: 'done',
      turn_count: 2,
      // Two steps of 10 and 5 tokens, and the search
      usage: {
        input_tokens: 120,
        output_tokens: 60,
        server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 },
      },
      turn_cost_usd: expect.closeTo(0.01 + 2 * 0.00007 + 0.000035, 9),
    },
  ]);
});
