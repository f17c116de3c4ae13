import { z } from 'zod';
import type { Address, Destination, OutboundPiece, SendOutcome } from '#channel/platform.ts';
import { readFile, unreadable, type OpenFile } from '../read-file.ts';
import type { BotApi } from './bot-api.ts';
import { Request } from './format.ts';

/** What bots may send: https://core.telegram.org/bots/api#sending-files */
const MAX_FILE_BYTES = 50 * 1024 * 1024;

const SentMessage = z.object({ message_id: z.number() });

type Way = Request['ways'][number];

/** Sends it the first way that Telegram takes. A way that was rejected has sent nothing, so the next is no repetition. */
export async function send(
  api: BotApi,
  piece: OutboundPiece,
  to: Destination,
  openFile: OpenFile,
): Promise<SendOutcome> {
  const { file } = piece;
  if (file !== null && (file.size > MAX_FILE_BYTES || file.size === 0)) {
    return { kind: 'unsupported', reason: 'Telegram takes files of 1 byte to 50 MB' };
  }
  let chatId = to.chatId;
  for (const way of Request.parse(piece.request).ways) {
    let answer = await callWay(api, way, piece, { ...to, chatId }, openFile);
    if (answer.kind === 'rejected' && answer.movedTo !== null) {
      chatId = answer.movedTo;
      answer = await callWay(api, way, piece, { ...to, chatId }, openFile);
    }
    if (answer.kind === 'failed') return answer.outcome;
    if (answer.kind === 'done') {
      const message = SentMessage.safeParse(answer.result);
      return { kind: 'sent', messageId: message.success ? String(message.data.message_id) : null };
    }
    const refusal = refusalOf(answer.problem);
    if (refusal !== null) return refusal;
  }
  // About this message alone: the chat's others may well be taken
  return { kind: 'unsupported', reason: `Telegram did not take the ${file === null ? 'message' : 'file'}` };
}

/** Replaces the text of a message. */
export async function edit(
  api: BotApi,
  messageId: string,
  piece: OutboundPiece,
  to: Address,
): Promise<SendOutcome> {
  if (piece.file !== null) return { kind: 'unsupported', reason: 'A message cannot become a file' };
  for (const { body } of Request.parse(piece.request).ways) {
    const answer = await api.call('editMessageText', {
      chat_id: to.chatId,
      message_id: Number(messageId),
      ...body,
    });
    if (answer.kind === 'failed') return answer.outcome;
    if (answer.kind === 'done' || /not modified/i.test(answer.problem)) return { kind: 'sent', messageId };
  }
  return { kind: 'unsupported', reason: 'Telegram did not take the change of the message' };
}

/** What no other form of the message would change. */
function refusalOf(problem: string): SendOutcome | null {
  if (/chat not found|user not found|PEER_ID_INVALID/i.test(problem)) {
    return { kind: 'refused', reason: 'Telegram does not know this chat', authentication: false };
  }
  if (/thread not found|TOPIC_(CLOSED|DELETED)/i.test(problem)) {
    return { kind: 'refused', reason: 'The topic was closed or deleted', authentication: false };
  }
  return null;
}

async function callWay(api: BotApi, way: Way, { file }: OutboundPiece, to: Destination, openFile: OpenFile) {
  const fields = { ...target(to), ...quote(to), ...way.body };
  if (file === null || way.fileField === undefined) return api.call(way.method, fields);
  const bytes = await readFile(openFile);
  if (bytes === null) return { kind: 'failed', outcome: unreadable } as const;
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    form.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  form.set(way.fileField, new Blob([bytes], { type: file.mimeType }), file.name);
  return api.call(way.method, form);
}

export const target = ({ chatId, threadId }: Address): Record<string, string | number> => ({
  chat_id: chatId,
  ...(threadId === null ? {} : { message_thread_id: Number(threadId) }),
});

/** https://core.telegram.org/bots/api#replyparameters */
const quote = ({ replyTo }: Destination): Record<string, object> =>
  replyTo === undefined
    ? {}
    : { reply_parameters: { message_id: Number(replyTo), allow_sending_without_reply: true } };
