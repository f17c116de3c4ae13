import { expect, test, vi } from 'vitest';
import { newestRecords } from '#session/read-history.ts';
import { answer, call, converse } from '../../support/workers/scripted-session.ts';

test('the newest records are those of the end, and nothing before them is read', async () => {
  const script = [answer('one', 10), call('b1', 'echo hi', 10), answer('two', 10)];
  await converse(script, async (session, say) => {
    await say('first');
    await say('second');
    const reads = vi.spyOn(session.entries, 'range');
    const outline = (limit: number) =>
      newestRecords(session, limit).map(({ role, content }) => [role, content]);
    expect(outline(3)).toEqual([
      ['tool_use', '{"command":"echo hi"}'],
      ['tool_result', 'hi'],
      ['assistant', 'two'],
    ]);
    expect(outline(1)).toEqual([['assistant', 'two']]);
    expect(outline(50).map(([role]) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'tool_use',
      'tool_result',
      'assistant',
    ]);
    expect(reads).not.toHaveBeenCalled();
  });
});
