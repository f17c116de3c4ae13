import { z } from 'zod';
import type { Address, OutboundFile, OutboundPiece, SendOutcome } from '#channel/platform.ts';
import { failedServer, lostCall, retry } from '../call-api.ts';
import { readFile, unreadable, type OpenFile } from '../read-file.ts';
import { Request } from './format.ts';
import { outcomeOf } from './graph-error.ts';
import type { Graph } from './graph.ts';
import { mediaKind } from './media-kind.ts';

const Sent = z.object({ messages: z.array(z.object({ id: z.string() })).min(1) });
const Uploaded = z.object({ id: z.string() });

export async function send(
  graph: Graph,
  { request, file }: OutboundPiece,
  to: Address,
  openFile: OpenFile,
): Promise<SendOutcome> {
  const parsed = Request.parse(request);
  if (parsed.kind === 'message') return post(graph, to, parsed.body);
  const media = file === null ? null : mediaKind(file);
  if (file === null || media === null) {
    return { kind: 'unsupported', reason: 'WhatsApp does not take this kind of file' };
  }
  const upload = await uploadFile(graph, file, media.mimeType, openFile);
  if (typeof upload !== 'string') return upload;
  const content = {
    id: upload,
    ...(parsed.caption === '' ? {} : { caption: parsed.caption }),
    ...(media.kind === 'document' ? { filename: file.name } : {}),
  };
  return post(graph, to, { type: media.kind, [media.kind]: content });
}

async function post(
  graph: Graph,
  to: Address,
  body: Readonly<Record<string, unknown>>,
): Promise<SendOutcome> {
  const message = { messaging_product: 'whatsapp', recipient_type: 'individual', ...recipient(to), ...body };
  const answer = await graph.post(`${graph.phoneNumberId}/messages`, message);
  if (answer.kind === 'lost') return lostCall(answer.isTimeout, 'WhatsApp');
  if (answer.status >= 200 && answer.status < 300) {
    // An answer that broke off after its status was sent still says that it is done
    return { kind: 'sent', messageId: Sent.safeParse(answer.body).data?.messages[0]?.id ?? null };
  }
  return failedServer(answer.status, 'WhatsApp') ?? outcomeOf(answer.status, answer.body);
}

/** The id of the upload. Whatever goes wrong here, the user has got nothing, so it can be tried again. */
async function uploadFile(
  graph: Graph,
  file: OutboundFile,
  mimeType: string,
  openFile: OpenFile,
): Promise<string | SendOutcome> {
  const bytes = await readFile(openFile);
  if (bytes === null) return unreadable;
  const form = new FormData();
  form.set('messaging_product', 'whatsapp');
  form.set('type', mimeType);
  form.set('file', new Blob([bytes], { type: mimeType }), file.name);
  const answer = await graph.post(`${graph.phoneNumberId}/media`, form);
  if (answer.kind === 'lost') return retry(5000, 'the upload to WhatsApp broke off');
  const uploaded = Uploaded.safeParse(answer.body);
  if (answer.status < 300) return uploaded.success ? uploaded.data.id : retry(5000, 'the upload broke off');
  if (answer.status >= 500) return retry(5000, 'WhatsApp has a problem of its own');
  return outcomeOf(answer.status, answer.body);
}

/** People without a phone number have an id such as `VN.1234`, which has a field of its own. */
export const recipient = ({ chatId }: Address): { to: string } | { recipient: string } =>
  /^[A-Z]{2}\./.test(chatId) ? { recipient: chatId } : { to: chatId };
