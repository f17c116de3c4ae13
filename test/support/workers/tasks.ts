import type { ServerEvent } from '#protocol/server-event.ts';
import type { FakeAnswer } from '#test/support/fake-messages-api.ts';
import { promptScript } from '#test/support/prompt-script.ts';
import { newUser } from './accounts.ts';
import { connectSocket, unnumbered } from './socket.ts';

export const says = (text: string): FakeAnswer => ({ blocks: [{ text: [text] }] });
export const calls = (id: string, tool: string, input: object): FakeAnswer => ({
  blocks: [{ tool, id, input }],
});

interface Work {
  readonly id: string;
  readonly steps: readonly FakeAnswer[];
  readonly type?: string;
  readonly background?: boolean;
}

/** One message that hands over tasks, each a script for its subagent's model. */
export const hands = (...tasks: readonly Work[]): FakeAnswer => ({
  blocks: tasks.map(({ id, steps, type = 'reviewer', background = false }) => ({
    tool: 'Task',
    id,
    input: taskInput(steps, type, background),
  })),
});
export const taskInput = (steps: readonly FakeAnswer[], type: string, background: boolean) => ({
  description: 'look at it',
  prompt: promptScript(...steps),
  subagent_type: type,
  ...(background ? { run_in_background: true } : {}),
});

export async function start() {
  const user = await newUser();
  const { socket, ready } = await connectSocket({ token: user.token, last_event: '0' });
  return { ...user, socket, sessionId: ready.type === 'ready' ? ready.cwd_id : '' };
}

export const told = (events: readonly ServerEvent[]) =>
  unnumbered(events.filter(({ type }) => !['session_id', 'user_message', 'text_delta'].includes(type)));
