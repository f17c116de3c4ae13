import { assertNever } from '#lib/assert-never.ts';
import { parseClientMessage } from '#protocol/client-message.ts';
import type { Reply } from '#protocol/reply.ts';
import type { SocketState } from '#session/clients.ts';
import { requestCompact } from '#session/compact-request.ts';
import { setPermissionMode } from '#session/permission-mode.ts';
import { cancelTurn } from '#session/run-turns.ts';
import type { Session } from '#session/session.ts';
import { replyProblem, takeReply } from '#session/take-reply.ts';
import { submitPrompt } from '#session/submit-prompt.ts';

/** Ten large images; more would fill the memory that all sessions of a machine share. */
const MAX_FRAME_CHARACTERS = 16 * 1024 * 1024;

/** One frame of a client. The promise ends with the work that it started, which keeps the object awake. */
export async function receive(session: Session, socket: WebSocket, frame: string): Promise<void> {
  const state = session.clients.sockets.get(socket);
  if (state === undefined) return;
  if (frame.length > MAX_FRAME_CHARACTERS) {
    return sendError(session, socket, 'Message too large: 16 MiB at most. Upload large files instead.');
  }
  const message = parseClientMessage(frame);
  if (!message.ok) return sendError(session, socket, message.problem);
  if (message.value === undefined) return;

  switch (message.value.type) {
    case 'prompt':
      return prompt(session, socket, { ...message.value, ...state });
    case 'cancel':
      return cancel(session, socket);
    case 'compact':
      return compact(session, socket, message.value.instructions);
    case 'reply':
      return reply(session, socket, message.value);
    case 'set_permission_mode':
      return setPermissionMode(session, message.value.mode);
    default:
      return assertNever(message.value);
  }
}

async function prompt(
  session: Session,
  socket: WebSocket,
  message: Parameters<typeof submitPrompt>[1] & SocketState,
): Promise<void> {
  const submitted = submitPrompt(session, message);
  if (submitted.ok) return submitted.value.work;
  sendError(session, socket, submitted.problem);
}

async function reply(
  session: Session,
  socket: WebSocket,
  { toolUseId, reply: given }: { readonly toolUseId: string; readonly reply: Reply },
): Promise<void> {
  const problem = replyProblem(session, toolUseId, given);
  if (problem === undefined) return takeReply(session, toolUseId, given);
  session.clients.send(socket, { type: 'error', error: problem, tool_use_id: toolUseId });
}

/** Contract: one `cancelled` for each request; a running turn sends its own when its calls have stopped. */
function cancel(session: Session, socket: WebSocket): Promise<void> | undefined {
  const work = cancelTurn(session);
  if (work === undefined) session.clients.send(socket, { type: 'cancelled' });
  return work;
}

function compact(session: Session, socket: WebSocket, instructions: string): Promise<void> | undefined {
  const requested = requestCompact(session, instructions);
  if (requested.ok) return requested.value;
  sendError(session, socket, requested.problem);
  return undefined;
}

const sendError = (session: Session, socket: WebSocket, error: string): void =>
  session.clients.send(socket, { type: 'error', error });
