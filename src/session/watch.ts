import type { ServerEvent } from '#protocol/server-event.ts';
import type { Reply } from '#protocol/reply.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import { eventsAfter } from '#session/replay.ts';
import { submitPrompt, type SubmittedPrompt } from '#session/submit-prompt.ts';
import { readRow, type Session } from '#session/session.ts';
import { replyProblem, takeReply } from '#session/take-reply.ts';

/**
 * Takes a prompt from a messenger's chat, which is named so that it can be woken. Contract: when this returns, the
 * prompt is stored, and the chat is told when its turn goes on or ends; nobody waits for the turn.
 */
export function submitFromChat(
  session: Session,
  prompt: SubmittedPrompt,
  watcher: string,
): Result<null, string> {
  const submitted = submitPrompt(session, prompt);
  if (!submitted.ok) return fail(submitted.problem);
  session.sql.exec('INSERT OR IGNORE INTO watcher (name) VALUES (?)', watcher);
  return succeed(null);
}

/** As `takeReply`, but returns when the reply is stored; what it gives back says why it changes nothing. */
export function giveReply(session: Session, toolUseId: string, reply: Reply): string | null {
  const problem = replyProblem(session, toolUseId, reply);
  if (problem !== undefined) return problem;
  void takeReply(session, toolUseId, reply);
  return null;
}

/** As `giveReply`; the chat is told when the turn goes on or ends. */
export function replyFromChat(
  session: Session,
  toolUseId: string,
  reply: Reply,
  watcher: string,
): string | null {
  session.sql.exec('INSERT OR IGNORE INTO watcher (name) VALUES (?)', watcher);
  return giveReply(session, toolUseId, reply);
}

/**
 * The events after a position, then live, one JSON object a line. Ends when no turn runs any more: so nothing is held
 * open while a turn waits for a person. The chat that reads is told when it goes on, also where another one began it.
 */
export function watchEvents(session: Session, after: number, watcher: string): ReadableStream<Uint8Array> {
  session.sql.exec('INSERT OR IGNORE INTO watcher (name) VALUES (?)', watcher);
  const encoder = new TextEncoder();
  let stop: () => void = () => {};
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (event: ServerEvent) => controller.enqueue(encoder.encode(`${JSON.stringify(event)}\n`));
      for (const event of eventsAfter(after, session)) send(event);
      if (session.running === undefined) return controller.close();
      let closed = false;
      const remove = session.clients.addReader({
        isChat: true,
        send: (event) => {
          // What waited to be stored is told again when it is shown
          if ('event_id' in event && (event.event_id ?? 0) > caughtUp) send(event);
        },
        close: () => finish(),
      });
      const caughtUp = session.stream.position;
      stop = () => {
        closed = true;
        remove();
      };
      const finish = () => {
        if (closed) return;
        stop();
        controller.close();
      };
      const waitForEnd = (): void => {
        if (session.running === undefined) finish();
        else void session.running.ended.then(waitForEnd);
      };
      waitForEnd();
      return undefined;
    },
    cancel: () => stop(),
  });
}

/** Null where there is no such session. */
export const streamPosition = (session: Session): number | null =>
  readRow(session.sql) === undefined ? null : session.stream.position;
