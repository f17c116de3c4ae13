import { judge } from '#agent/permissions.ts';
import { noTotals, runTurn, toolDefinitions, type Notes, type TurnOutcome } from '#agent/run-turn.ts';
import { catalog } from '#catalog/catalog.ts';
import { buildSystemPrompt } from '#catalog/system-prompt.ts';
import { untilAborted } from '#lib/deadline.ts';
import { appendEntry } from '#session/append-entry.ts';
import { begunCalls } from '#session/begun-calls.ts';
import { uniqueCallId } from '#session/call-ids.ts';
import { compactInstructions } from '#session/compact-command.ts';
import { compactTurn } from '#session/compact-turn.ts';
import { seqOf } from '#session/entry.ts';
import { storeFailure } from '#session/finish-turn.ts';
import { makeRoom } from '#session/make-room.ts';
import { readView, toMessages } from '#session/model-messages.ts';
import { permissionMode } from '#session/permission-mode.ts';
import { repliesOf } from '#session/replies.ts';
import type { Session, SessionRow } from '#session/session.ts';
import { createSubagents } from '#session/subagents.ts';
import { turnHooks } from '#session/turn-hooks.ts';
import { turnTools } from '#session/turn-tools.ts';
import { delegationTools } from '#tools/task.ts';

/** The session's next turn, from its last stored step on: gathers what the loop needs, and runs it. */
export async function runAgent(session: Session, row: SessionRow, signal: AbortSignal): Promise<TurnOutcome> {
  const { entries, stream } = session;
  const turn = row.finished_turn + 1;
  const agent = catalog.agent(row.agent_id);
  const startedOn = new Date(row.created_at).toISOString().slice(0, 10);
  const replies = repliesOf(entries.turn(turn));
  // A cancel does not wait for servers that are slow to name their tools
  const tools = await untilAborted(turnTools(session, agent), signal, () => []);
  const hooks = turnHooks(session, { agent, turn, signal });
  const onProgress = () => {
    if (row.attempts > 0) session.sql.exec('UPDATE session SET attempts = 0');
  };
  const shared = {
    model: session.model,
    clock: session.clock,
    signal,
    hooks: hooks.ofCalls,
    begunCalls: begunCalls(session.sql),
    uniqueCallId: (id) => uniqueCallId(session.sql, id),
    judge: (call, tool) =>
      judge(call, tool, {
        mode: permissionMode(session.sql),
        rules: agent.permissions,
        sessionId: session.sessionId,
      }),
    onToolError: (tool, error) =>
      session.log.error('tool_failed', { sessionId: session.sessionId, tool, error: String(error) }),
  } satisfies Partial<Parameters<typeof runTurn>[0]>;
  const subagents = createSubagents(session, {
    ...shared,
    turn,
    agent,
    tools,
    replies,
    startedOn,
    onProgress,
  });

  const allTools = [...tools, ...delegationTools(subagents).filter(({ name }) => agent.tools.includes(name))];
  const system = buildSystemPrompt({ agent, clientType: row.client_type, startedOn });

  const { model, thinking, effort } = agent;
  const setting = { model, system, thinking, effort };

  const refusal = await hooks.beforePrompt();
  if (refusal !== undefined) return blocked(refusal);

  const [first] = entries.range(seqOf(turn, 0), seqOf(turn, 1));
  const instructions = compactInstructions(first?.body);
  if (instructions !== undefined) {
    const request = { ...setting, tools: toolDefinitions(allTools) };
    return compactTurn(session, row, { turn, request, signal, instructions });
  }

  const view = readView(session, row, seqOf(turn + 1, 0));
  const room = makeRoom(session, { turn, signal }, view);
  const turnEnd = runTurn(
    {
      ...shared,
      tools: allTools,
      emit: (event) => stream.emit(event),
      save: (step) => {
        appendEntry(session, turn, step);
        subagents.tell();
        onProgress();
      },
      notes: both(subagents.notes, hooks.notes),
      makeRoom: async (...asked) => {
        const shorter = await room(...asked);
        // What subagents did meanwhile waited: into a summary, as into a message, nothing may come
        if (shorter !== undefined) subagents.tell();
        return shorter;
      },
    },
    {
      ...setting,
      messages: toMessages(view),
      maxSteps: session.settings.MAX_STEPS,
      replies,
    },
  );
  try {
    const outcome = await turnEnd;
    // One that waits has nothing at work: it was waited for
    if (outcome.kind === 'failed') storeFailure(session, turn, outcome);
    if (outcome.kind !== 'waiting') await subagents.end();
    return outcome;
  } catch (error) {
    await subagents.end();
    throw error;
  }
}

/** What still runs is waited for before a hook judges whether the agent may stop. */
const both =
  (running: Notes, hooks: Notes): Notes =>
  async (before) => {
    const notes = await running(before);
    return before === 'end' && notes.length > 0 ? notes : [...notes, ...(await hooks(before))];
  };

const blocked = (reason: string): TurnOutcome => ({
  kind: 'failed',
  totals: noTotals,
  reason: 'blocked',
  thoughts: [],
  shown: '',
  text: `Your message was not passed on to the agent. ${reason}`.trim(),
});
