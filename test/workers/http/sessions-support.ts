import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { type newUser, send } from '#test/support/workers/accounts.ts';
import type { EntryBody } from '#session/entry.ts';
import { seqOf } from '#session/entry.ts';
import { noUsage } from '#protocol/message.ts';
import { EntryStore } from '#session/entry-store.ts';

export type TestUser = Awaited<ReturnType<typeof newUser>>;

export const AT = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A request of a user, its status and JSON body. */
export async function ask(user: Pick<TestUser, 'token'>, method: string, path: string, body?: unknown) {
  const response = await send(method, `/api/v1/sessions${path}`, {
    token: user.token,
    ...(body === undefined ? {} : { body }),
  });
  const json: unknown = await response.json();
  return { status: response.status, headers: response.headers, body: json };
}

const chatOf = (user: TestUser, id: string) => env.CHAT_SESSION.getByName(`${user.username}/${id}`);
const spaceOf = (user: TestUser) => env.USER_SPACE.getByName(user.username);

/** A session as its first turns leave it: stored, listed, searchable. */
export async function addSession(
  user: TestUser,
  id: string,
  { prompts = ['first prompt'], at = AT }: { prompts?: string[]; at?: number } = {},
): Promise<void> {
  await addEntries(
    user,
    id,
    prompts.map((content) => [{ kind: 'prompt', content }]),
  );
  await spaceOf(user).startSession({
    session_id: id,
    agent_id: 'coder',
    first_message: prompts[0] ?? '',
    created_at: at,
    client_type: 'web',
  });
  await spaceOf(user).finishTurn({
    session_id: id,
    turn_count: prompts.length,
    updated_at: at,
    title: 'A title',
    records: prompts.map((text, seq) => ({ seq, role: 'user', text })),
    usage: { steps: prompts.length, ...noUsage, cost_usd: 0 },
  });
}

/** Stores a session's entries, turn by turn, without running a model. */
export async function addEntries(user: TestUser, id: string, turns: EntryBody[][]): Promise<void> {
  const chat = chatOf(user, id);
  await chat.createSession({ agent_id: 'coder', client_type: 'web' });
  await runInDurableObject(chat, (_object, state) => {
    const entries = new EntryStore(state.storage.sql);
    for (const [turn, bodies] of turns.entries()) {
      for (const [place, body] of bodies.entries()) {
        entries.append({ seq: seqOf(turn + 1, place), position: 0, at: AT, messageId: null, body });
      }
    }
  });
}
