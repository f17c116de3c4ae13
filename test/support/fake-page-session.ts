import type { WebSocket } from 'ws';
import type { HistoryRecord, SessionInfo } from '#protocol/session.ts';

export type ScriptedEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

interface FakeFile {
  readonly safe_name: string;
  readonly original_name: string;
  readonly file_type: 'input' | 'output';
  readonly size_bytes: number;
  readonly content_type: string;
  readonly created_at: string;
  readonly session_id: string;
}

/** A conversation in memory: numbered events, told to whoever listens and replayed to whoever comes back. */
export class FakeSession {
  readonly id: string;
  name: string | null;
  files: FakeFile[] = [];
  position = 0;
  readonly #createdAt: number;
  readonly #events: (ScriptedEvent & { readonly event_id: number })[] = [];
  readonly #listeners = new Set<WebSocket>();

  constructor(id: string, name: string | null, createdAt: number) {
    this.id = id;
    this.name = name;
    this.#createdAt = createdAt;
  }

  emit(event: ScriptedEvent): void {
    const { text } = event;
    this.position += event.type === 'text_delta' && typeof text === 'string' ? text.length : 1;
    const numbered = { ...event, event_id: this.position };
    this.#events.push(numbered);
    for (const listener of this.#listeners) listener.send(JSON.stringify(numbered));
  }

  /** Not part of the stream: told to those who listen now. */
  tell(event: ScriptedEvent): void {
    for (const listener of this.#listeners) listener.send(JSON.stringify(event));
  }

  say(text: string, size = 24): void {
    for (let at = 0; at < text.length; at += size)
      this.emit({ type: 'text_delta', text: text.slice(at, at + size) });
  }

  finish(): void {
    this.emit({
      type: 'done',
      turn_count: 1,
      total_cost_usd: 0.01,
      duration_ms: 10,
      duration_api_ms: 9,
      is_error: false,
    });
  }

  /** From the middle of a delta on, if that is where the listener was cut off. */
  join(listener: WebSocket, lastEvent: number): void {
    if (this.#listeners.has(listener)) return;
    this.#listeners.add(listener);
    for (const event of this.#events) {
      if (event.event_id <= lastEvent) continue;
      const { text } = event;
      const missing = event.event_id - lastEvent;
      const isCut = event.type === 'text_delta' && typeof text === 'string' && text.length > missing;
      listener.send(JSON.stringify(isCut ? { ...event, text: text.slice(-missing) } : event));
    }
  }

  leave(listener: WebSocket): void {
    this.#listeners.delete(listener);
  }

  knows(messageId: string): boolean {
    return this.#events.some((event) => event['message_id'] === messageId);
  }

  addFile(name: string, size: number): FakeFile {
    const file = {
      safe_name: name,
      original_name: name,
      file_type: 'input' as const,
      size_bytes: size,
      content_type: 'text/plain',
      created_at: new Date().toISOString(),
      session_id: this.id,
    };
    this.files.push(file);
    return file;
  }

  info(): SessionInfo {
    const at = new Date(this.#createdAt).toISOString();
    return {
      session_id: this.id,
      name: this.name,
      first_message: this.#texts()[0] ?? null,
      created_at: at,
      updated_at: at,
      turn_count: 1,
      user_id: null,
      agent_id: 'general-1',
      cwd_id: this.id,
      permission_folders: null,
      client_type: 'page',
      archived: false,
    };
  }

  find(query: string): object[] {
    const hits = this.#texts().filter((text) => text.toLowerCase().includes(query.toLowerCase()));
    const { session_id, name, first_message, created_at, turn_count, agent_id } = this.info();
    const [snippet] = hits;
    if (snippet === undefined) return [];
    const session = { session_id, name, first_message, created_at, turn_count, agent_id };
    return [{ ...session, relevance_score: 1, match_count: hits.length, snippet, snippets: [snippet] }];
  }

  /** What was stored by now. The events after `last_event` are not in it. */
  history() {
    const messages = this.#events.flatMap((event): HistoryRecord[] => {
      const record = {
        timestamp: new Date(this.#createdAt).toISOString(),
        message_id: null,
        tool_name: null,
        tool_use_id: null,
        is_error: null,
        metadata: {},
      };
      const { content, text, name, input } = event;
      const id = event['id'] ?? event['tool_use_id'];
      const tool = { tool_use_id: String(id) };
      switch (event.type) {
        case 'user_message':
          return [{ ...record, role: 'user', content: Array.isArray(content) ? content : String(content) }];
        case 'assistant_text':
          return [{ ...record, role: 'assistant', content: String(text) }];
        case 'tool_use':
          return [
            {
              ...record,
              ...tool,
              role: 'tool_use',
              content: JSON.stringify(input),
              tool_name: String(name),
              metadata: { input },
            },
          ];
        case 'tool_result':
          return [
            {
              ...record,
              ...tool,
              role: 'tool_result',
              content: String(content),
              is_error: event['is_error'] === true,
            },
          ];
        case 'compact_completed':
          return [
            {
              ...record,
              role: 'system',
              content: String(event['summary']),
              metadata: { event_type: 'summary' },
            },
          ];
        default:
          return [];
      }
    });
    const stored = this.#events.findLast((event) =>
      [
        'user_message',
        'assistant_text',
        'tool_use',
        'tool_result',
        'compact_completed',
        'done',
        'cancelled',
      ].includes(event.type),
    );
    return {
      session_id: this.id,
      messages,
      turn_count: 1,
      first_message: this.#texts()[0] ?? null,
      last_event: stored?.event_id ?? 0,
      next_cursor: null,
    };
  }

  #texts(): string[] {
    return this.#events.flatMap((event) => {
      const text = event.type === 'user_message' ? event['content'] : event['text'];
      const spoken = event.type === 'user_message' || event.type === 'assistant_text';
      return spoken && typeof text === 'string' ? [text] : [];
    });
  }
}
