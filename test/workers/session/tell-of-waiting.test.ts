import { expect, test } from 'vitest';
import { resumeTurns } from '#session/run-turns.ts';
import { readRow } from '#session/session.ts';
import { submitPrompt } from '#session/submit-prompt.ts';
import { takeReply } from '#session/take-reply.ts';
import { calls, scriptedModel } from '#test/support/scripted-model.ts';
import { withModel } from '../../support/workers/scripted-session.ts';

const asks = (id: string) =>
  calls([id, 'AskUserQuestion', { questions: [{ question: 'Which?', options: [{ label: 'a' }] }] }]);

test('a chat is told of each question that a turn waits with, also where it was out of reach before', () =>
  withModel(scriptedModel([asks('q1'), asks('q2')]), async ({ session }) => {
    let alarm: number | undefined;
    const wakeUp = {
      set: async (at: number) => void (alarm = at),
      clear: async () => void (alarm = undefined),
    };
    const told: (readonly string[])[] = [];
    let isAway = true;
    const wake = async () => {
      if (isAway) throw new Error('overloaded');
      told.push(readRow(session.sql)?.waiting ?? []);
    };
    Object.assign(session, { wakeUp, channelChats: { getByName: () => ({ wake }) } });
    session.sql.exec("INSERT INTO watcher (name) VALUES ('telegram/1')");

    const said = submitPrompt(session, {
      content: 'hi',
      messageId: null,
      agentId: null,
      clientType: 'telegram',
    });
    await (said.ok ? said.value.work : undefined);
    expect(readRow(session.sql)?.waiting).toEqual(['q1']);
    expect(alarm).toBeGreaterThan(Date.now());

    isAway = false;
    await resumeTurns(session);
    expect(told).toEqual([['q1']]);
    expect(alarm).toBe(readRow(session.sql)?.waiting_until ?? undefined);

    await takeReply(session, 'q1', { kind: 'answers', answers: { 'Which?': 'a' } });
    expect(readRow(session.sql)?.waiting).toEqual(['q2']);
    expect(told.at(-1)).toEqual(['q2']);
  }));
