import { afterEach, expect, test, vi } from 'vitest';
import type { Model } from '#agent/model.ts';
import { resumeTurns, runTurns } from '#session/run-turns.ts';
import { readRow, type Session } from '#session/session.ts';
import { submitPrompt } from '#session/submit-prompt.ts';
import { calls, scriptedModel } from '#test/support/scripted-model.ts';
import { withModel } from '../../support/workers/scripted-session.ts';

afterEach(() => vi.restoreAllMocks());

const hanging: Model = {
  async *stream() {
    await new Promise(() => {});
    yield* [];
  },
};

function submit(session: Session): Promise<void> {
  const said = submitPrompt(session, { content: 'hi', messageId: null, agentId: null, clientType: 'web' });
  if (!said.ok) throw new Error(said.problem);
  return said.value.work;
}

test('the count of the tries is kept before anything of the turn is read', () =>
  withModel(hanging, async ({ session, reopen }) => {
    void submit(session);
    const { session: woken } = reopen(hanging);
    vi.spyOn(woken, 'sync').mockReturnValue(new Promise(() => {}));
    const reads = [vi.spyOn(woken.entries, 'range'), vi.spyOn(woken.entries, 'backwards')];
    void resumeTurns(woken);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(woken.sync).toHaveBeenCalledOnce();
    expect(readRow(woken.sql)?.attempts).toBe(1);
    for (const read of reads) expect(read).not.toHaveBeenCalled();
  }));

test('a turn that is larger than the memory is given up without having it all in memory', () =>
  withModel(hanging, async ({ session, reopen }) => {
    void submit(session);
    session.sql.exec('UPDATE session SET attempts = 3');
    const { session: woken } = reopen(hanging);
    const errors = vi.spyOn(woken.log, 'error');
    vi.spyOn(woken.entries, 'turn').mockImplementation(() => {
      throw new Error('out of memory');
    });
    await resumeTurns(woken);
    expect(errors).not.toHaveBeenCalled();
    expect(readRow(woken.sql)).toMatchObject({ finished_turn: 1, attempts: 0 });
    const bodies = [...woken.entries.ofTurn(1)].map(({ body }) => body);
    expect(bodies).toContainEqual(
      expect.objectContaining({
        kind: 'failure',
        text: 'This answer was interrupted 4 times and was given up. Send your message again to retry.',
      }),
    );
  }));

/** Milliseconds since 1970 as the session has set it, and a chat that follows and is told by `wake`. */
function watched(session: Session, wake: () => Promise<void>): () => number | undefined {
  let alarm: number | undefined;
  const wakeUp = {
    set: async (at: number) => void (alarm = at),
    clear: async () => void (alarm = undefined),
  };
  Object.assign(session, { wakeUp, channelChats: { getByName: () => ({ wake }) } });
  session.sql.exec("INSERT INTO watcher (name) VALUES ('telegram/1')");
  return () => alarm;
}

test('a turn that parks while a chat is told of an end keeps its deadline', () => {
  const questions = [
    {
      question: 'Which?',
      header: 'Which',
      options: ['a', 'b'].map((label) => ({ label, description: '' })),
      multiSelect: false,
    },
  ];
  const model = scriptedModel([calls(['q1', 'AskUserQuestion', { questions }])]);
  return withModel(model, async ({ session }) => {
    Object.assign(session, { settings: { ...session.settings, ANSWER_TIMEOUT_SECONDS: 600 } });
    let parked: Promise<void> | undefined;
    const alarm = watched(session, async () => {
      if (parked !== undefined) return;
      parked = submit(session);
      await parked;
    });
    await runTurns(session);
    const row = readRow(session.sql);
    expect(row?.waiting).toEqual(['q1']);
    expect(alarm()).toBe(row?.waiting_until);
  });
});

test('a chat that cannot be told is given up after an hour: no alarm is set for ever', () =>
  withModel(hanging, async ({ session }) => {
    const alarm = watched(session, () => Promise.reject(new Error('overloaded')));
    session.sql.exec('UPDATE watcher SET failures = 178');
    await runTurns(session);
    expect(alarm()).toBeGreaterThan(Date.now());
    await runTurns(session);
    expect(alarm()).toBeUndefined();
    expect(session.sql.exec('SELECT * FROM watcher').toArray()).toEqual([]);
  }));
