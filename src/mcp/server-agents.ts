import { z } from 'zod';
import { catalog } from '#catalog/catalog.ts';
import { assertNever } from '#lib/assert-never.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import { SessionParameter, WaitParameter } from '#mcp/server-parameters.ts';
import { readReply, toWaiting, Waiting } from '#mcp/server-waiting.ts';
import { noSession, offer, text, type ToolAnswer } from '#mcp/server-tool.ts';
import { lastAnswer, watchTurn, type TurnOutcome } from '#mcp/server-turn.ts';
import type { ServerSession } from '#mcp/server-user.ts';

const Outcome = z.object({
  session_id: z.string().describe('Pass it to go on with this conversation'),
  status: z
    .enum(['answered', 'failed', 'stopped', 'waiting', 'working', 'idle'])
    .describe(
      'answered, failed, stopped: the turn has ended. waiting: it goes on when answer_agent replies to what is in ' +
        '`waiting`. working: wait_for_agent comes back to it. idle: nothing was running',
    ),
  answer: z.string().describe("The agent's words; while it works, what there is of them"),
  waiting: z.array(Waiting).describe('What the agent waits for the user with'),
});

type Answered = Promise<Result<ToolAnswer<z.input<typeof Outcome>>, string>>;

const acts = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: true,
} as const;

const agentIds = catalog.agents.map(({ id }) => id);
const agentList = catalog.agents.map(({ id, description }) => `${id}: ${description}`).join('\n');

export const askAgent = offer({
  name: 'ask_agent',
  title: 'Ask an agent',
  description:
    'Gives an agent a task, in a new session or in one that is there, and waits for its answer. It can use its own tools ' +
    'and the files of the session. If it has a question for the user, shows a plan or needs consent, the answer says so: ' +
    'ask the user, then reply with answer_agent.',
  input: z.object({
    prompt: z
      .string()
      .regex(/\S/, 'must not be blank')
      .max(1_000_000)
      .describe('What the agent is to do, with all that it needs to know'),
    session_id: SessionParameter.optional().describe(
      'The session to go on with; without it a new one begins',
    ),
    agent_id: z
      .string()
      .optional()
      .describe(`Which agent begins a new session; without it the default one.\n${agentList}`),
    wait_seconds: WaitParameter,
  }),
  output: Outcome,
  annotations: acts,
  async run({ prompt, session_id, agent_id, wait_seconds }, { user, report }) {
    if (agent_id !== undefined && !agentIds.includes(agent_id))
      return fail(`There is no agent "${agent_id}". These can be asked: ${agentIds.join(', ')}.`);
    const session = user.session(session_id ?? user.newSessionId());
    if (session_id !== undefined) {
      if (!(await session.exists())) return fail(noSession(session_id));
      const waiting = await session.waitingCalls();
      if (waiting.length > 0) {
        const answer = 'The prompt was not sent: the session waits for a reply to what came before.';
        return answered(session, { status: 'waiting', answer, waiting });
      }
    }
    const begun = await session.converse({ content: prompt, agentId: agent_id ?? null });
    if (!begun.ok) return fail(begun.problem);
    await report(`Session ${session.id}`);
    return answered(session, await watchTurn(begun.value, { session, seconds: wait_seconds, report }));
  },
});

export const answerAgent = offer({
  name: 'answer_agent',
  title: 'Answer an agent',
  description:
    'Replies to what an agent waits for (`waiting` of ask_agent, wait_for_agent), and waits for its answer. Never decide ' +
    'in place of the user: ask them first.',
  input: z.object({
    session_id: SessionParameter,
    call_id: z.string().max(200).describe('call_id of what waits'),
    answers: z
      .record(z.string(), z.union([z.string(), z.array(z.string())]))
      .optional()
      .describe(
        'To questions: by the text of the question, the label of an option, several of them, or own words',
      ),
    approved: z.boolean().optional().describe('To a plan or a call that needs consent'),
    feedback: z
      .string()
      .max(10_000)
      .default('')
      .describe('Beside approved: what to do differently, or why not'),
    wait_seconds: WaitParameter,
  }),
  output: Outcome,
  annotations: acts,
  async run({ session_id, call_id, wait_seconds, ...given }, { user, report }) {
    const session = user.session(session_id);
    if (!(await session.exists())) return fail(noSession(session_id));
    const waiting = (await session.waitingCalls()).map(toWaiting);
    const call = waiting.find((one) => one.call_id === call_id);
    if (call === undefined) return fail(notWaiting(call_id, waiting));
    const reply = readReply(call, given);
    if (!reply.ok) return reply;
    const { last_event } = await session.readHistory({ limit: 1 });
    const problem = await session.reply(call_id, reply.value);
    if (problem !== null) return fail(problem);
    const stream = await session.follow(last_event);
    const outcome = await watchTurn(stream, { session, seconds: wait_seconds, report });
    return answered(session, outcome);
  },
});

export const waitForAgent = offer({
  name: 'wait_for_agent',
  title: 'Wait for an agent',
  description: 'Comes back to an agent that was still working, and waits for its answer.',
  input: z.object({ session_id: SessionParameter, wait_seconds: WaitParameter }),
  output: Outcome,
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run({ session_id, wait_seconds }, { user, report }) {
    const session = user.session(session_id);
    if (!(await session.exists())) return fail(noSession(session_id));
    const stream = await session.follow(null);
    const outcome = await watchTurn(stream, { session, seconds: wait_seconds, report });
    return answered(session, outcome);
  },
});

export const stopAgent = offer({
  name: 'stop_agent',
  title: 'Stop an agent',
  description: 'Stops what an agent is doing in a session. What was done until then is kept.',
  input: z.object({ session_id: SessionParameter }),
  output: z.object({ session_id: z.string(), status: z.literal('stopped') }),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  async run({ session_id }, { user }) {
    const session = user.session(session_id);
    if (!(await session.exists())) return fail(noSession(session_id));
    await session.interrupt();
    return succeed({ output: { session_id, status: 'stopped' as const } });
  },
});

async function answered(session: ServerSession, outcome: TurnOutcome): Answered {
  const { status } = outcome;
  // The end of a turn may have come before anybody followed it
  const known = outcome.answer !== '' || (status !== 'idle' && status !== 'answered');
  const answer = known ? outcome.answer : await lastAnswer(session);
  const waiting = outcome.waiting.map(toWaiting);
  const output = { session_id: session.id, status, answer, waiting };
  if (status === 'failed') return fail(`${answer}\n\nSession: ${session.id}`.trim());
  const asked = waiting.map((one) => `${one.text}\n\ncall_id: ${one.call_id}`);
  const parts = [answer, ...asked, `${closing(status)}Session: ${session.id}`];
  return succeed({ output, content: parts.filter((part) => part !== '').map(text) });
}

function closing(status: Exclude<TurnOutcome['status'], 'failed'>): string {
  switch (status) {
    case 'answered':
      return '';
    case 'waiting':
      return 'The agent waits for the user. Ask them, then reply with answer_agent.\n';
    case 'working':
      return 'The agent is still working. wait_for_agent comes back to it.\n';
    case 'stopped':
      return 'The agent was stopped.\n';
    case 'idle':
      return 'Nothing is running.\n';
    default:
      return assertNever(status);
  }
}

const notWaiting = (id: string, waiting: readonly z.output<typeof Waiting>[]): string =>
  waiting.length === 0
    ? 'This session waits for nothing any more: somebody has replied, or the turn was stopped. read_session tells what came of it.'
    : `Nothing waits under the call_id "${id}". These do: ${waiting.map(({ call_id }) => call_id).join(', ')}.`;
