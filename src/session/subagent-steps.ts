import { z } from 'zod';
import { AssistantStep, ToolResultsStep } from '#agent/step.ts';
import type { Message } from '#protocol/message.ts';
import { appendEntry } from '#session/append-entry.ts';
import { subagentEvents } from '#session/entry-events.ts';
import type { Session } from '#session/session.ts';

const SubagentStep = z.discriminatedUnion('kind', [AssistantStep, ToolResultsStep]);
type SubagentStep = z.infer<typeof SubagentStep>;

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
      for (const event of subagentEvents(step)) this.#session.stream.emit(event);
      appendEntry(this.#session, this.#turn, step);
    }
    this.#session.sql.exec('DELETE FROM held_step');
  }

  /** The conversation of the subagent that the call `id` began. */
  messagesOf(id: string, prompt: string): Message[] {
    const messages: Message[] = [{ role: 'user', content: [{ type: 'text', text: prompt }] }];
    for (const { body } of this.#session.entries.turn(this.#turn)) {
      if (!('parent' in body) || body.parent !== id) continue;
      if (body.kind === 'assistant') messages.push({ role: 'assistant', content: body.content });
      else addResults(messages, body);
    }
    return messages;
  }
}

function addResults(messages: Message[], { results }: ToolResultsStep): void {
  const last = messages.at(-1);
  if (last?.role === 'user') last.content.push(...results);
  else messages.push({ role: 'user', content: [...results] });
}
