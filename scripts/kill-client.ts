import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerEvent } from '#protocol/server-event.ts';
import { reduce } from '#web/core/reduce-thread.ts';
import { emptyThread, type Thread } from '#web/core/thread.ts';
import { YES } from './kill-script.ts';

const RETRY_MS = 100;

/** Where a session was when it was killed, as far as its client can tell. */
export type Phase =
  | 'nothing seen yet'
  | 'before the first token'
  | 'in a message'
  | 'in a tool'
  | 'between steps'
  | 'at the end of the turn'
  | 'waiting for a person'
  | 'idle';

/**
 * A client that shows what the page shows (`web/core/thread.ts`), comes back whenever its connection breaks, sends
 * again what was not confirmed, and minds what the server promises about positions.
 */
export class KillClient {
  readonly faults: string[] = [];
  thread: Thread = emptyThread;
  /** Whether it answers what the agent asks. */
  answers = false;
  sessionId = '';
  /** Of the last event, in the time of `performance.now()`. */
  heardAt = 0;
  /**
   * Of the first thinking or text of a turn that was resumed after the last broken connection. Of a subagent, whose
   * words are not shown, the first call or result.
   */
  resumedTokenAt: number | undefined;
  readonly #server: string;
  readonly #token: string;
  #socket: WebSocket | undefined;
  readonly #counts = new Map<ServerEvent['type'], number>();
  #last: ServerEvent | undefined;
  #resumed = false;
  #begun = false;
  #closed = false;
  #unconfirmed: { readonly content: string; readonly message_id: string }[] = [];

  constructor({ server, token, sessionId }: { server: string; token: string; sessionId?: string }) {
    this.#server = server;
    this.#token = token;
    if (sessionId !== undefined) {
      this.sessionId = sessionId;
      this.#begun = true;
    }
  }

  /** Resolves once connected; from then on it comes back by itself. */
  async connect(): Promise<void> {
    while (!this.#closed && !(await this.#attempt())) await sleep(RETRY_MS);
  }

  say(content: string): void {
    const message = { content, message_id: randomUUID() };
    this.#unconfirmed.push(message);
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** How many events of that type came. */
  count(type: ServerEvent['type']): number {
    return this.#counts.get(type) ?? 0;
  }

  /** Whether that many turns have ended within the time. */
  async ended(turns: number, withinMs: number): Promise<boolean> {
    const until = performance.now() + withinMs;
    while (this.count('done') < turns && performance.now() < until) await sleep(20);
    return this.count('done') >= turns;
  }

  phase(): Phase {
    const last = this.#last;
    if (this.thread.waiting.length > 0) return 'waiting for a person';
    switch (last?.type) {
      case undefined:
        return 'nothing seen yet';
      case 'session_id':
      case 'user_message':
      case 'turn_resumed':
        return 'before the first token';
      case 'tool_use':
        return 'in a tool';
      case 'tool_result':
        return this.thread.items.some((item) => item.kind === 'tool' && item.state === 'running')
          ? 'in a tool'
          : 'between steps';
      case 'assistant_text':
        return 'at the end of the turn';
      case 'done':
        return performance.now() - this.heardAt < 50 ? 'at the end of the turn' : 'idle';
      default:
        return 'in a message';
    }
  }

  close(): void {
    this.#closed = true;
    this.#socket?.close();
  }

  /** True when the server said `ready`. */
  #attempt(): Promise<boolean> {
    const query = new URLSearchParams({ token: this.#token, last_event: String(this.thread.lastEvent) });
    if (this.sessionId !== '') query.set('session_id', this.sessionId);
    const socket = new WebSocket(`${this.#server.replace('http', 'ws')}/api/v1/ws/chat?${query}`);
    return new Promise((resolve) => {
      let isReady = false;
      // The close event follows
      socket.addEventListener('error', () => {});
      socket.addEventListener('close', ({ code }) => {
        // A session whose first prompt never arrived does not exist: it is begun anew
        if (code === 4004 && !this.#begun) this.sessionId = '';
        if (code === 4004 && this.#begun) this.faults.push('the session is gone');
        resolve(false);
        if (!isReady) return;
        this.#socket = undefined;
        this.#resumed = false;
        this.resumedTokenAt = undefined;
        void this.connect();
      });
      socket.addEventListener('message', ({ data }) => {
        const event = ServerEvent.parse(JSON.parse(String(data)));
        if (event.type !== 'ready') return this.#take(event);
        isReady = true;
        this.#socket = socket;
        this.sessionId ||= event.cwd_id;
        for (const message of this.#unconfirmed) socket.send(JSON.stringify(message));
        resolve(true);
      });
    });
  }

  #take(event: ServerEvent): void {
    if (event.type === 'error') {
      // A second answer is refused
      if (this.#begun && event.tool_use_id === undefined) this.faults.push(`error: ${event.error}`);
      return;
    }
    this.#begun = true;
    const { lastEvent } = this.thread;
    const position = 'event_id' in event ? event.event_id : undefined;
    const width = event.type === 'text_delta' ? event.text.length : 1;
    if (position !== undefined && position - width < lastEvent)
      this.faults.push(`${event.type} up to ${position} came although ${lastEvent} was seen`);

    this.heardAt = performance.now();
    this.#last = event;
    this.thread = reduce(this.thread, event, 0);
    const answers = this.answers ? answersTo(event) : [];
    for (const answer of answers) this.#socket?.send(JSON.stringify(answer));
    if (event.type === 'turn_resumed') this.#resumed = true;
    this.#counts.set(event.type, this.count(event.type) + 1);
    if (event.type === 'user_message')
      this.#unconfirmed = this.#unconfirmed.filter(({ message_id }) => message_id !== event.message_id);
    const isStep = 'parent_tool_use_id' in event && event.parent_tool_use_id !== undefined;
    if (this.#resumed && (event.type === 'text_delta' || event.type === 'content_block' || isStep))
      this.resumedTokenAt ??= this.heardAt;
  }
}

/** A person who says yes to everything, and then no, which must change nothing: the first answer counts. */
function answersTo(event: ServerEvent): object[] {
  switch (event.type) {
    case 'ask_user_question':
      return [YES, 'No'].map((said) => ({
        type: 'user_answer',
        question_id: event.question_id,
        answers: Object.fromEntries(event.questions.map(({ question }) => [question, said])),
      }));
    case 'plan_approval':
      return [true, false].map((approved) => ({
        type: 'plan_approval_response',
        plan_id: event.plan_id,
        approved,
      }));
    case 'approval_request':
      return [true, false].map((approved) => ({
        type: 'approval_response',
        approval_id: event.approval_id,
        approved,
      }));
    default:
      return [];
  }
}
