import { expect, test } from 'vitest';
import { submitPrompt } from '#session/submit-prompt.ts';
import { answer, converse } from '../../support/workers/scripted-session.ts';

test('a prompt that comes twice is the turn that it was, though others followed', async () => {
  await converse([answer('one', 10), answer('two', 10)], async (session, say) => {
    const prompt = { content: 'first', messageId: 'm-1', agentId: null, clientType: 'web' };
    const turns = [];
    for (const again of [false, true]) {
      if (again) await say('second');
      const submitted = submitPrompt(session, prompt);
      if (!submitted.ok) throw new Error(submitted.problem);
      turns.push(submitted.value.turn);
      await submitted.value.work;
    }
    expect(turns).toEqual([1, 1]);
    expect(session.entries.newestTurn()).toBe(2);
  });
});
