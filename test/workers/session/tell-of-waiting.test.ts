import { expect, test } from 'vitest';
import { resumeAfterWake, resumeTurns } from '#session/run-turns.ts';
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

test('an object that wakes as its last page closes gives it time to come back; its alarm tells the linked chats', () =>
  withModel(scriptedModel([asks('q1')]), async ({ session }) => {
    let alarm = 0;
    const wakeUp = { set: async (at: number) => void (alarm = at), clear: async () => void (alarm = 0) };
    const told: string[] = [];
    const getByName = (name: string) => ({ noteSession: async () => void told.push(name) });
    const userSpace = { getByName: () => ({ linkedChats: async () => ['telegram/2'] }) };
    const said = submitPrompt(session, { content: 'hi', messageId: null, agentId: null, clientType: 'web' });
    await (said.ok ? said.value.work : undefined);
    // A page was open when it parked, and is not any more
    Object.defineProperty(session.clients, 'isOpen', { value: false });
    session.sql.exec('UPDATE session SET waiting_until = NULL');
    Object.assign(session, { wakeUp, userSpace, channelChats: { getByName } });

    await resumeAfterWake(session);
    expect(told).toEqual([]);
    expect(alarm).toBeGreaterThan(Date.now() + 5000);
    await resumeTurns(session);
    expect({ told, alarm }).toEqual({ told: ['telegram/2'], alarm: 0 });
    await resumeAfterWake(session);
    expect({ told, alarm }).toEqual({ told: ['telegram/2', 'telegram/2'], alarm: 0 });
  }));
