import { z } from 'zod';
import { AssistantStep, ToolResultsStep } from '#agent/step.ts';
import type { Message } from '#protocol/message.ts';
import { appendEntry } from '#session/append-entry.ts';
import { SubagentSummaryEntry } from '#session/entry.ts';
import { subagentEvents } from '#session/entry-events.ts';
import { summaryMessage } from '#session/model-messages.ts';
import type { Session } from '#session/session.ts';

const SubagentStep = z.discriminatedUnion('kind', [AssistantStep, ToolResultsStep, SubagentSummaryEntry]);
type SubagentStep = z.infer<typeof SubagentStep>;
type SubagentSummary = Extract<SubagentStep, { kind: 'subagent_summary' }>;

const HeldRow = z.object({ body: z.string() });

/** Longer ones (images) are held in memory only: a row ends at 2 MB. After a crash their step is made again. */
const MAX_HELD_CHARACTERS = 500_000;

/** The way of a turn's subagents into the transcript. */
export class SubagentSteps {
  readonly #session: Session;
  readonly #turn: number;
  #held: SubagentStep[];

  constructor(session: Session, turn: number) {
    this.#session = session;
    this.#turn = turn;
    this.#held = session.sql
      .exec('SELECT body FROM held_step WHERE turn = ? ORDER BY id', turn)
      .toArray()
      .map((row) => SubagentStep.parse(JSON.parse(HeldRow.parse(row).body)));
    this.tell();
  }

  /**
   * Joins the transcript at once, unless the agent is in the middle of a message, which nothing may come into: then
   * the step is held, stored all the same, until `tell`.
   */
  save(step: SubagentStep): void {
    this.#held.push(step);
    if (this.#session.stream.isSettled) return this.tell();
    const body = JSON.stringify(step);
    if (body.length <= MAX_HELD_CHARACTERS)
      this.#session.sql.exec('INSERT INTO held_step (turn, body) VALUES (?, ?)', this.#turn, body);
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

  /** The conversation of the subagent that the call `id` began. */
  messagesOf(id: string, prompt: string): Message[] {
    const { summary, steps } = this.viewOf(id);
    const before = summary === undefined ? [] : [summaryMessage(summary.text)];
    const content = [...before, prompt].map((text) => ({ type: 'text' as const, text }));
    const messages: Message[] = [{ role: 'user', content }];
    for (const step of steps) {
      if (step.kind === 'assistant') messages.push({ role: 'assistant', content: step.content });
      else addResults(messages, step);
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

function addResults(messages: Message[], { results }: ToolResultsStep): void {
  const last = messages.at(-1);
  if (last?.role === 'user') last.content.push(...results);
  else messages.push({ role: 'user', content: [...results] });
}
