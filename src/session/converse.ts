import type { Prompt } from '#protocol/prompt.ts';
import type { ServerEvent } from '#protocol/server-event.ts';
import type { Result } from '#lib/result.ts';
import type { Reader } from '#session/clients.ts';
import { eventsAfter, openTextAt } from '#session/replay.ts';
import { readRow, type Session } from '#session/session.ts';
import { submitPrompt } from '#session/submit-prompt.ts';

/** Proxies cut a stream that is quiet for half a minute. */
const PING_MS = 15_000;

export interface Conversation {
  readonly content: Prompt;
  readonly agentId: string | null;
}

/**
 * One prompt over server-sent events: its turn's events until its end. A client that goes away does not stop the
 * turn. Contract: the prompt is stored before the response begins.
 */
export function converse(session: Session, { content, agentId }: Conversation): Result<Response, string> {
  const foundInCache = readRow(session.sql) !== undefined;
  const submitted = submitPrompt(session, { content, agentId, messageId: null, clientType: 'web' });
  if (!submitted.ok) return submitted;
  const { turn } = submitted.value;
  const response = eventStream((writer) => {
    writer.write('session_id', { session_id: `pending-${session.sessionId}`, found_in_cache: foundInCache });
    const send = translate(writer);
    const remove = session.clients.addReader({
      send: (event) => {
        if (session.running?.turn === turn) send(event);
      },
      close: writer.close,
    });
    // What the turn told before this reader was there: submitting starts it at once
    if (session.running?.turn === turn)
      for (const event of session.stream.after(session.running.from)) send(event);
    return remove;
  });
  return { ok: true, value: response };
}

/** Comes back to a turn: what was missed after `lastEvent`, then live until the turn ends. */
export function follow(session: Session, lastEvent: number | null): Response {
  return eventStream((writer) => {
    const from = lastEvent ?? session.stream.liveFrom;
    writer.write('session_id', { session_id: `pending-${session.sessionId}`, found_in_cache: true });
    const send = translate(writer, openTextAt(from, session));
    for (const event of eventsAfter(from, session)) send(event);
    if (session.running === undefined || isCompacting(session)) writer.close();
    return session.clients.addReader({ send, close: writer.close });
  });
}

/** What runs was asked for by a request: no answer comes of it, and no end of a turn. */
const isCompacting = ({ running, entries }: Session): boolean =>
  running !== undefined && entries.turn(running.turn)[0]?.body.kind === 'compact_request';

interface Writer {
  write(event: string, data: unknown, id?: number): void;
  readonly close: () => void;
}

function eventStream(open: (writer: Writer) => () => void): Response {
  const encoder = new TextEncoder();
  let stop: () => void = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      let closed = false;
      const put = (text: string) => {
        if (!closed) controller.enqueue(encoder.encode(text));
      };
      const ping = setInterval(() => put(': ping\n\n'), PING_MS);
      let remove: () => void = () => {};
      stop = () => {
        closed = true;
        clearInterval(ping);
        remove();
      };
      remove = open({
        write: (event, data, id) =>
          put(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
        close: () => {
          if (closed) return;
          stop();
          controller.close();
        },
      });
      if (closed) remove();
    },
    cancel: () => stop(),
  });
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    },
  });
}

/**
 * Socket events in the words of this stream. It has no `assistant_text`: what that tells beyond the deltas is sent
 * as one more delta, so that a failure, or an answer that began anew, is not lost.
 */
function translate(writer: Writer, openText = ''): Reader['send'] {
  let shown = openText;
  return (event: ServerEvent) => {
    switch (event.type) {
      case 'session_id':
        return writer.write('sdk_session_id', { sdk_session_id: event.session_id }, event.event_id);
      case 'text_delta': {
        shown += event.text;
        return writer.write('text_delta', { text: event.text }, event.event_id);
      }
      case 'assistant_text': {
        const rest = event.text.startsWith(shown) ? event.text.slice(shown.length) : `\n\n${event.text}`;
        shown = '';
        if (rest !== '') writer.write('text_delta', { text: rest }, event.event_id);
        return undefined;
      }
      case 'tool_use': {
        const { type, event_id, ...call } = event;
        // Some clients look for the name under this key
        return writer.write(type, { ...call, tool_name: call.name }, event_id);
      }
      case 'tool_result':
      case 'ask_user_question':
      case 'plan_approval':
      case 'approval_request':
      case 'compact_started':
      case 'compact_completed':
      case 'content_block': {
        const { type, event_id, ...data } = event;
        return writer.write(type, data, event_id);
      }
      case 'done':
      case 'cancelled': {
        const { type, event_id, ...data } = event;
        writer.write(type, data, event_id);
        return writer.close();
      }
      default:
        return undefined;
    }
  };
}
