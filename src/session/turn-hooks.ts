import { z } from 'zod';
import { askRule, fitsMatcher } from '#agent/hook-rules.ts';
import { fromHook, type ToolHooks } from '#agent/hooks.ts';
import { resultText } from '#agent/run-tool-calls.ts';
import type { Notes } from '#agent/run-turn.ts';
import { textOf, type NoteStep } from '#agent/step.ts';
import type { Tool } from '#agent/tool.ts';
import type { EndpointHook, Hook } from '#catalog/hook.ts';
import type { Agent } from '#catalog/parse-catalog.ts';
import { HookAnswer, noObjection, type HookSubject } from '#protocol/hook.ts';
import { askEndpoint, type EndpointProblem } from '#session/ask-endpoint.ts';
import { typedText } from '#session/compact-command.ts';
import { seqOf, type EntryBody } from '#session/entry.ts';
import type { Session } from '#session/session.ts';
import { timed } from '#lib/connections.ts';
import { withDeadline, type Deadline } from '#lib/deadline.ts';

type CallSubject = Extract<HookSubject, { event: 'PreToolUse' }>;

/** What a call brought is stored behind the hooks that are told of it: a crash meanwhile would lose it. */
const MAX_AFTER_MS = 10_000;

/** How often in one turn hooks may send the agent back to work. */
const MAX_GO_ONS = 2;

const GO_ON = '[A hook of this agent says that you are not done]';
const BROKEN =
  'The check that has to allow it could not be made. Try again later, or tell who runs this service.';

/** What the hooks of an agent do in one turn. */
export interface TurnHooks {
  readonly ofCalls: ToolHooks;
  /** Why the prompt may not go to the agent; undefined: it may. Contract: asked once for a turn, however often that is begun. */
  beforePrompt(): Promise<string | undefined>;
  /** What they add to the prompt, and why the agent may not stop yet. */
  readonly notes: Notes;
}

interface HookDeps {
  readonly agent: Pick<Agent, 'id' | 'hooks'>;
  readonly turn: number;
  readonly signal: AbortSignal;
}

type HookSession = Pick<
  Session,
  'sql' | 'entries' | 'sessionId' | 'username' | 'log' | 'clock' | 'secretOf' | 'connections'
>;

export function turnHooks(session: HookSession, deps: HookDeps): TurnHooks {
  const { agent, turn, signal } = deps;
  const hooksFor = (subject: HookSubject) =>
    agent.hooks.filter(
      (hook) =>
        hook.event === subject.event &&
        ('tool_name' in subject ? fitsMatcher(hook.matcher, subject.tool_name) : true),
    );

  /** What holds where an endpoint gave no answer. */
  const failed = (hook: EndpointHook, problem: EndpointProblem): HookAnswer => {
    if (signal.aborted) return noObjection;
    session.log.warn('hook_failed', { sessionId: session.sessionId, hook: hook.event, problem });
    return hook.onFailure === 'allow' ? noObjection : { ...noObjection, decision: 'deny', reason: BROKEN };
  };

  const askOne = async (hook: EndpointHook, subject: HookSubject, time: Deadline): Promise<HookAnswer> => {
    const { sessionId, username } = session;
    const body = { ...subject, session_id: sessionId, agent_id: agent.id, username };
    const fetch = timed(session.connections.hookFetch, time);
    const answer = await askEndpoint(hook, body, { ...session, fetch, signal: time.signal });
    return answer.ok ? answer.value : failed(hook, time.isOver() ? 'too_slow' : answer.problem);
  };

  /** One after the other: each sees the input as those before it left it, and a refusal ends the asking. */
  const askInOrder = async (call: CallSubject, tool: Tool): Promise<HookAnswer> => {
    const hooks = hooksFor(call);
    const asking = async (time: Deadline) => {
      let all = noObjection;
      for (const hook of hooks) {
        const now = { ...call, tool_input: all.updated_input ?? call.tool_input };
        all = join(all, hook.kind === 'rule' ? askRule(hook.rule, tool) : await askOne(hook, now, time));
        if (all.decision === 'deny') break;
      }
      return all;
    };
    return withDeadline(timeOf(call, hooks), signal, asking);
  };

  /** What one answers changes nothing for the others, so they do not wait for each other; the first refusal counts. */
  const askAtOnce = (subject: Exclude<HookSubject, CallSubject>): Promise<HookAnswer> => {
    const hooks = hooksFor(subject).filter((hook) => hook.kind === 'endpoint');
    return withDeadline(timeOf(subject, hooks), signal, async (time) => {
      const answers = await Promise.all(hooks.map((hook) => askOne(hook, subject, time)));
      const refusal = answers.findIndex(({ decision }) => decision === 'deny');
      return answers.slice(0, refusal === -1 ? undefined : refusal + 1).reduce(join, noObjection);
    });
  };

  /** Contract: what was answered once holds, also after a wait or a crash. */
  const once = async (key: string, subject: HookSubject, ask: () => Promise<HookAnswer>) => {
    if (hooksFor(subject).length === 0) return noObjection;
    const known = readAnswer(session.sql, turn, key);
    if (known !== undefined) return known;
    const answer = await ask();
    if (!signal.aborted) storeAnswer(session.sql, turn, { key, answer });
    return answer;
  };

  const bodies = () => session.entries.turn(turn).map(({ body }) => body);

  let contextIsTold = false;
  /** Once in a turn, before its first step. */
  const promptNotes = (): NoteStep[] => {
    if (contextIsTold) return [];
    contextIsTold = true;
    const context = readAnswer(session.sql, turn, 'prompt')?.additional_context ?? '';
    if (context === '') return [];
    const text = fromHook(context);
    return bodies().some((body) => isNote(body, text)) ? [] : [{ kind: 'note', text }];
  };

  return {
    ofCalls: {
      beforeCall(call, tool) {
        const subject = {
          event: 'PreToolUse',
          tool_use_id: call.id,
          tool_name: call.name,
          tool_input: call.input,
        } as const;
        return once(`call ${call.id}`, subject, () => askInOrder(subject, tool));
      },
      async afterCall(call, result) {
        const { additional_context } = await askAtOnce({
          event: 'PostToolUse',
          tool_use_id: call.id,
          tool_name: call.name,
          tool_input: call.input,
          tool_output: resultText(result),
          is_error: result.is_error ?? false,
        });
        return additional_context;
      },
    },

    async beforePrompt() {
      const [first] = session.entries.range(seqOf(turn, 0), seqOf(turn, 1));
      const prompt = typedText(first?.body);
      if (prompt === undefined) return undefined;
      const subject = { event: 'UserPromptSubmit', prompt } as const;
      const { decision, reason } = await once('prompt', subject, () => askAtOnce(subject));
      return decision === 'allow' ? undefined : reason;
    },

    async notes(before) {
      if (before === 'step') return promptNotes();
      if (before !== 'end' || !agent.hooks.some(({ event }) => event === 'Stop')) return [];
      const soFar = bodies();
      if (soFar.filter((body) => isNote(body, GO_ON)).length >= MAX_GO_ONS) return [];
      const { decision, reason } = await askAtOnce({ event: 'Stop', answer: lastText(soFar) });
      const text = `${GO_ON}\n${reason === '' ? 'Check what is still open, and go on.' : reason}`;
      return decision === 'deny' ? [{ kind: 'note', text }] : [];
    },
  };
}

/** For all that are asked of one thing together, however many they are: as long as the one with the most time has. */
const timeOf = ({ event }: HookSubject, hooks: readonly Hook[]): number =>
  Math.min(
    Math.max(0, ...hooks.map((hook) => (hook.kind === 'endpoint' ? hook.timeoutMs : 0))),
    event === 'PostToolUse' ? MAX_AFTER_MS : Infinity,
  );

const isNote = (body: EntryBody, beginning: string): boolean =>
  body.kind === 'note' && body.text.startsWith(beginning);

function lastText(bodies: readonly EntryBody[]): string {
  const last = bodies.findLast((body) => body.kind === 'assistant' && body.parent === undefined);
  return last?.kind === 'assistant' ? textOf(last.content) : '';
}

/** The stricter decision with its reasons, everything that is added, the newest input. */
function join(left: HookAnswer, right: HookAnswer): HookAnswer {
  const decision =
    (['deny', 'ask'] as const).find((each) => [left.decision, right.decision].includes(each)) ?? 'allow';
  const both = (one: string, other: string) => [one, other].filter((text) => text !== '').join('\n');
  return {
    decision,
    reason: right.decision === 'deny' ? right.reason : both(left.reason, right.reason),
    updated_input: right.updated_input ?? left.updated_input,
    additional_context: both(left.additional_context, right.additional_context),
  };
}

const Row = z.object({ answer: z.string() });

function readAnswer(sql: SqlStorage, turn: number, key: string): HookAnswer | undefined {
  const rows = sql.exec('SELECT answer FROM hook_answer WHERE turn = ? AND subject = ?', turn, key).toArray();
  return rows[0] === undefined ? undefined : HookAnswer.parse(JSON.parse(Row.parse(rows[0]).answer));
}

/** A finished turn asks nothing again. */
export const forgetHookAnswers = (sql: SqlStorage): unknown => sql.exec('DELETE FROM hook_answer');

function storeAnswer(
  sql: SqlStorage,
  turn: number,
  { key, answer }: { readonly key: string; readonly answer: HookAnswer },
): void {
  sql.exec(
    'INSERT OR REPLACE INTO hook_answer (turn, subject, answer) VALUES (?, ?, ?)',
    turn,
    key,
    JSON.stringify(answer),
  );
}
