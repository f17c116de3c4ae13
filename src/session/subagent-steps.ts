import { z } from 'zod';
import { addToUser } from '#agent/add-to-user.ts';
import { AssistantStep, ToolResultsStep } from '#agent/step.ts';
import type { Message } from '#protocol/message.ts';
import { appendEntry } from '#session/append-entry.ts';
import { cut } from '#session/entry-store.ts';
import { SubagentSummaryEntry } from '#session/entry.ts';
import { subagentEvents } from '#session/entry-events.ts';
import { summaryMessage } from '#session/model-messages.ts';
import type { Session } from '#session/session.ts';

const SubagentStep = z.discriminatedUnion('kind', [AssistantStep, ToolResultsStep, SubagentSummaryEntry]);
type SubagentStep = z.infer<typeof SubagentStep>;
type SubagentSummary = Extract<SubagentStep, { kind: 'subagent_summary' }>;

const HeldRow = z.object({ body: z.string(), more: z.number() });

/** The way of a turn's subagents into the transcript. */
export class SubagentSteps {
  readonly #session: Session;
  readonly #turn: number;
  #held: SubagentStep[];

  constructor(session: Session, turn: number) {
    this.#session = session;
    this.#turn = turn;
    this.#held = readHeld(session.sql, turn);
    this.tell();
  }

  /**
   * Joins the transcript at once, unless the agent is in the middle of a message, which nothing may come into: then
   * the step is held, stored all the same, until `tell`.
   */
  save(step: SubagentStep): void {
    this.#held.push(step);
    if (this.#session.stream.isSettled) return this.tell();
    const pieces = cut(JSON.stringify(step));
    for (const [index, piece] of pieces.entries()) {
      const more = index < pieces.length - 1 ? 1 : 0;
      this.#session.sql.exec(
        'INSERT INTO held_step (turn, body, more) VALUES (?, ?, ?)',
        this.#turn,
        piece,
        more,
      );
    }
  }

  /** To be called where no message is open. */
  tell(): void {
    if (this.#held.length === 0) return;
    for (const step of this.#held.splice(0)) {
      if (step.kind !== 'subagent_summary')
        for (const event of subagentEvents(step)) this.#session.stream.emit(event);
      appendEntry(this.#session, this.#turn, step);
    }
    this.#session.sql.exec('DELETE FROM held_step');
  }

  /** What subagents called and have no result for gets one: the turn ends. */
  closeCalls(content: string): void {
    const open = new Map<string, string>();
    for (const { body } of this.#session.entries.turn(this.#turn)) {
      if (!('parent' in body) || body.parent === undefined) continue;
      if (body.kind === 'assistant') {
        for (const block of body.content) if (block.type === 'tool_use') open.set(block.id, body.parent);
      } else if (body.kind === 'tool_results') for (const each of body.results) open.delete(each.tool_use_id);
    }
    for (const [tool_use_id, parent] of open) {
      const result = { type: 'tool_result', tool_use_id, content, is_error: true } as const;
      this.save({ kind: 'tool_results', results: [result], parent });
    }
  }

  /** The conversation of the subagent that the call `id` began. */
  messagesOf(id: string, prompt: string): Message[] {
    const { summary, steps } = this.viewOf(id);
    const before = summary === undefined ? [] : [summaryMessage(summary.text)];
    const content = [...before, prompt].map((text) => ({ type: 'text' as const, text }));
    const messages: Message[] = [{ role: 'user', content }];
    for (const step of steps) {
      if (step.kind === 'assistant') messages.push({ role: 'assistant', content: step.content });
      else addToUser(messages, step.results);
    }
    return messages;
  }

  /** What that subagent did, without what its newest summary stands for. */
  viewOf(id: string): {
    readonly summary: SubagentSummary | undefined;
    readonly steps: readonly Exclude<SubagentStep, SubagentSummary>[];
  } {
    const stored = this.#session.entries.turn(this.#turn).map(({ body }) => body);
    const all = [...stored, ...this.#held].flatMap((body) =>
      'parent' in body && body.parent === id ? [body] : [],
    );
    const summary = all.findLast((body) => body.kind === 'subagent_summary');
    const steps = all.filter((body) => body.kind !== 'subagent_summary');
    return { summary, steps: steps.slice(summary?.covers) };
  }
}

function readHeld(sql: SqlStorage, turn: number): SubagentStep[] {
  const steps: SubagentStep[] = [];
  let json = '';
  for (const row of sql.exec('SELECT body, more FROM held_step WHERE turn = ? ORDER BY id', turn)) {
    const { body, more } = HeldRow.parse(row);
    json += body;
    if (more === 1) continue;
    steps.push(SubagentStep.parse(JSON.parse(json)));
    json = '';
  }
  return steps;
}
