import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { Model, ModelPart, ModelRequest } from '#agent/model.ts';
import type { Message, Usage } from '#protocol/message.ts';
import type { Prompt } from '#protocol/prompt.ts';
import type { ServerEvent } from '#protocol/server-event.ts';
import { openSession } from '#session/open-session.ts';
import type { Session } from '#session/session.ts';
import { submitPrompt } from '#session/submit-prompt.ts';
import { message, scriptedModel, type ScriptedCall } from '#test/support/scripted-model.ts';
import { newUser } from './accounts.ts';

/** Holds 200,000 tokens. */
export const small = 'claude-haiku-4-5';
export const usage = (input_tokens: number): Usage => ({
  input_tokens,
  output_tokens: 10,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
});

export const answer = (text: string, tokens: number): ModelPart[] => [
  { type: 'text_delta', text },
  message([{ type: 'text', text }], { model: small, usage: usage(tokens) }),
];
export const call = (id: string, command: string, tokens: number): ModelPart[] => [
  { type: 'thinking', thinking: `think ${id}`, signature: `sign ${id}` },
  message(
    [
      { type: 'thinking', thinking: `think ${id}`, signature: `sign ${id}` },
      { type: 'tool_use', id, name: 'Bash', input: { command } },
    ],
    { model: small, usage: usage(tokens) },
  ),
];
/** A session, what it has told so far, and the same session as it comes back after a crash. */
export interface ScriptedSession {
  readonly session: Session;
  readonly events: readonly ServerEvent[];
  /** Resolves when the turn of this prompt is done, with what was told of it. */
  readonly say: (content: Prompt) => Promise<ServerEvent[]>;
  /** Another life over the same storage; what the one before was at stays undone, as long as its model says nothing. */
  readonly reopen: (model: Model) => ScriptedSession;
}

/** A session whose model says what a test wrote down. */
export async function withModel(model: Model, act: (it: ScriptedSession) => Promise<void>): Promise<void> {
  const { username } = await newUser();
  const stub = env.CHAT_SESSION.getByName(`${username}/${crypto.randomUUID()}`);
  await runInDurableObject(stub, (_, state) => act(open(state, model)));
}

/** Each prompt's turn runs to its end. */
export async function converse(
  script: readonly ScriptedCall[],
  act: (session: Session, say: ScriptedSession['say']) => Promise<void>,
): Promise<ModelRequest[]> {
  const scripted = scriptedModel(script);
  await withModel(scripted, ({ session, say }) => act(session, say));
  return scripted.requests;
}

function open(state: DurableObjectState, model: Model): ScriptedSession {
  const session: Session = { ...openSession(state, env), model };
  const events: ServerEvent[] = [];
  let ended = () => {};
  session.clients.addReader({
    send(event) {
      events.push(event);
      if (event.type === 'done') ended();
    },
    close: () => {},
  });
  return {
    session,
    events,
    say: async (content) => {
      const from = events.length;
      const end = new Promise<void>((resolve) => {
        ended = resolve;
      });
      const said = submitPrompt(session, { content, messageId: null, agentId: null, clientType: 'web' });
      if (!said.ok) throw new Error(said.problem);
      await end;
      return events.slice(from);
    },
    reopen: (next) => open(state, next),
  };
}

export const types = (events: readonly ServerEvent[]): string[] =>
  events.map(({ type }) => type).filter((type) => type !== 'text_delta');

/** The messages in a line each: role, then its blocks in short. */
export const outline = (messages: readonly Message[]): string[] =>
  messages.map(({ role, content }) =>
    [role, ...content.map((block) => (block.type === 'text' ? first(block.text) : block.type))].join(' | '),
  );
const first = (text: string): string =>
  text.startsWith('[The conversation became') ? 'SUMMARY' : text.slice(0, 30);
