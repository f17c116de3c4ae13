import { z } from 'zod';
import { untilAborted, withDeadline } from '#lib/deadline.ts';
import { readSse } from '#lib/read-sse.ts';
import type { StreamEvent } from '#protocol/server-event.ts';
import { lastLines } from '#mcp/server-sessions.ts';
import type { ServerSession } from '#mcp/server-user.ts';

/** How a turn stands when the tool answers. */
export interface TurnOutcome {
  readonly status: 'answered' | 'failed' | 'stopped' | 'waiting' | 'working' | 'idle';
  /** The last message of the turn; while it works, what there is of it. */
  readonly answer: string;
  readonly waiting: readonly StreamEvent[];
}

export interface TurnWatch {
  readonly session: ServerSession;
  readonly seconds: number;
  readonly report: (message: string) => Promise<void>;
}

/** Programs give up on a call that says nothing for a minute. */
const SIGN_OF_LIFE_MS = 15_000;
/** Between the words that ask a person and the moment the turn parks lie the other calls of the same message. */
const PARKING_MS = 100;
/** Of a growing answer this much at a time is reported, so that a long one is some dozens of messages. */
const REPORTED_CHARACTERS = 120;

const TextDelta = z.object({ text: z.string() });
const ToolUse = z.object({ name: z.string(), parent_tool_use_id: z.string().optional() });
const Done = z.object({ is_error: z.boolean() });

/** The events that ask a person, by the name under which each has the id of its call. */
const Asked = z.union([
  z.object({ question_id: z.string() }).transform(({ question_id }) => question_id),
  z.object({ plan_id: z.string() }).transform(({ plan_id }) => plan_id),
  z.object({ approval_id: z.string() }).transform(({ approval_id }) => approval_id),
]);
const asksPerson = new Set(['ask_user_question', 'plan_approval', 'approval_request']);
const ToolResult = z.object({ tool_use_id: z.string() });

/** A deployment breaks the stream of a turn that goes on: the session is asked again, this often. */
const RECONNECTS = 5;
const RECONNECT_MS = 500;

/**
 * Follows the event stream of a turn until it ends, waits for a person, or the time is over. Contract: the turn itself
 * is never touched, it goes on when nobody follows.
 */
export async function watchTurn(stream: Response | undefined, watch: TurnWatch): Promise<TurnOutcome> {
  const deadline = Date.now() + watch.seconds * 1000;
  let outcome = await watchStream(stream, watch, deadline);
  for (let count = 0; outcome === 'broken' && count < RECONNECTS; count += 1) {
    await sleep(RECONNECT_MS);
    const again = await watch.session.follow(null).catch(() => 'broken' as const);
    outcome = again === 'broken' ? again : await watchStream(again, watch, deadline);
    // It was running, so it has ended meanwhile
    if (outcome !== 'broken' && outcome.status === 'idle') outcome = { ...outcome, status: 'answered' };
  }
  return outcome === 'broken' ? { status: 'working', answer: '', waiting: [] } : outcome;
}

async function watchStream(
  stream: Response | undefined,
  { session, report }: TurnWatch,
  deadline: number,
): Promise<TurnOutcome | 'broken'> {
  const reader = stream?.body?.getReader();
  if (reader === undefined) return { status: 'idle', answer: '', waiting: [] };
  const events = readSse(chunks(reader));
  const nextEvent = () => events.next().catch(() => 'broken' as const);
  let next = nextEvent();
  let answer = '';
  let reported = 0;
  const asked = new Set<string>();
  const outcome = (status: TurnOutcome['status'], waiting: readonly StreamEvent[] = []): TurnOutcome => ({
    status,
    answer: answer.trim(),
    waiting,
  });
  try {
    for (;;) {
      const left = deadline - Date.now();
      if (left <= 0) return outcome('working');
      const got = await within(next, Math.min(left, asked.size > 0 ? PARKING_MS : SIGN_OF_LIFE_MS));
      if (got === 'broken') return got;
      if (got === undefined || got.done) {
        const waiting = await session.waitingCalls();
        if (waiting.length > 0) return outcome('waiting', waiting);
        if (got?.done) return outcome('idle');
        if (asked.size === 0) await report('Still working.');
        continue;
      }
      next = nextEvent();
      const { event, data } = got.value;
      if (asksPerson.has(event)) asked.add(Asked.parse(JSON.parse(data)));
      if (event === 'tool_result') asked.delete(ToolResult.parse(JSON.parse(data)).tool_use_id);
      if (event === 'text_delta') {
        answer += TextDelta.parse(JSON.parse(data)).text;
        if (answer.length - reported < REPORTED_CHARACTERS) continue;
        await report(answer.slice(reported));
        reported = answer.length;
      }
      if (event === 'tool_use') {
        const { name, parent_tool_use_id: parent } = ToolUse.parse(JSON.parse(data));
        await report(`${answer.slice(reported).trim()} [${name}]`.trim());
        // What was said before a tool's work is not yet the answer
        if (parent === undefined) answer = '';
        reported = answer.length;
      }
      if (event === 'cancelled') return outcome('stopped');
      if (event === 'done') return outcome(Done.parse(JSON.parse(data)).is_error ? 'failed' : 'answered');
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** The answer of a turn that ended while nobody followed; empty where the session ends otherwise. */
export async function lastAnswer(session: ServerSession): Promise<string> {
  const last = (await lastLines(session, 1)).at(-1);
  return last?.role === 'assistant' ? last.text.trim() : '';
}

async function* chunks(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

const within = <Value>(promise: Promise<Value>, ms: number): Promise<Value | undefined> =>
  withDeadline(ms, null, ({ signal }) => untilAborted(promise, signal, () => undefined));
