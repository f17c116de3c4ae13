import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { defineTool } from '#agent/tool.ts';
import { catalog } from '#catalog/catalog.ts';
import { openSession } from '#session/open-session.ts';
import { cancelTurn, resumeTurns } from '#session/run-turns.ts';
import type { Session } from '#session/session.ts';
import { submitPrompt } from '#session/submit-prompt.ts';
import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser } from '../../support/workers/accounts.ts';

afterEach(async () => {
  vi.restoreAllMocks();
  await abortAllDurableObjects();
});

const sends = (...names: readonly string[]): FakeAnswer => ({
  blocks: names.map((to) => ({ tool: 'Send', id: `send-${to}`, input: { to } })),
});
const says = (text: string): FakeAnswer => ({ blocks: [{ text: [text] }] });

/** Runs `act` with a way to open the session of one object, as often as it wakes, and what it sent until then. */
async function inSession(
  act: (open: (during: () => Promise<void>) => Session, sent: readonly string[]) => Promise<void>,
) {
  const { username } = await newUser();
  const agent = catalog.agent(null);
  vi.spyOn(catalog, 'agent').mockImplementation(() => ({ ...agent, tools: ['Send'] }));
  const sent: string[] = [];
  const send = (during: () => Promise<void>) =>
    defineTool({
      name: 'Send',
      description: 'Sends a letter.',
      effects: 'outward',
      input: z.object({ to: z.string() }),
      run: async ({ to }) => {
        sent.push(to);
        await during();
        return `Sent to ${to}.`;
      },
    });
  const stub = env.CHAT_SESSION.getByName(`${username}/${crypto.randomUUID()}`);
  await runInDurableObject(stub, async (_, state) =>
    act((during) => ({ ...openSession(state, env), tools: [send(during)] }), sent),
  );
}

function prompt(session: Session, ...steps: readonly FakeAnswer[]): Promise<void> {
  const submitted = submitPrompt(session, {
    content: promptScript(...steps),
    messageId: null,
    agentId: null,
    clientType: 'web',
  });
  if (!submitted.ok) throw new Error(submitted.problem);
  return submitted.value.work;
}

const results = ({ entries }: Session, turn = 1) =>
  entries.turn(turn).flatMap(({ body }) => (body.kind === 'tool_results' ? body.results : []));

const UNKNOWN_END =
  /This call of Send had begun when it was interrupted, and whether it took effect is not known\. It was not made again\./;

test('an outward call that a crash interrupted is not made again; the calls after it are made', () =>
  inSession(async (open, sent) => {
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    const hanging = open(() => {
      resolve();
      return new Promise(() => {});
    });
    void prompt(hanging, sends('ada', 'grace'), says('One letter may be lost.'));
    await begun;

    const woken = open(async () => {});
    await resumeTurns(woken);
    expect(sent).toEqual(['ada', 'grace']);
    expect(results(woken)).toMatchObject([
      { tool_use_id: 'send-ada', is_error: true, content: expect.stringMatching(UNKNOWN_END) },
      { tool_use_id: 'send-grace', is_error: false, content: 'Sent to grace.' },
    ]);
    expect(woken.entries.turn(1).at(-1)?.body).toMatchObject({ kind: 'end', done: { is_error: false } });
  }));

test('one that was cancelled says that its end is not known', () =>
  inSession(async (open) => {
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    const session = open(() => {
      resolve();
      return new Promise(() => {});
    });
    const ended = prompt(session, sends('ada'), says('never'));
    await begun;
    await cancelTurn(session);
    await ended;
    expect(results(session)).toMatchObject([
      { content: expect.stringMatching(/^\[Request interrupted by user\]\nThis call of Send had begun/) },
    ]);
  }));

test('the same id in a later turn is another call', () =>
  inSession(async (open, sent) => {
    const session = open(async () => {});
    await prompt(session, sends('ada'), says('one'));
    await prompt(session, sends('ada'), says('two'));
    expect(sent).toEqual(['ada', 'ada']);
    expect(results(session, 2)).toMatchObject([{ content: 'Sent to ada.', is_error: false }]);
  }));
