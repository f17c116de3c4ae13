import { z } from 'zod';
import type { Address, OutboundFile, OutboundPiece, SendOutcome } from '#channel/platform.ts';
import { retry } from '../call-api.ts';
import { readFile, unreadable, type OpenFile } from '../read-file.ts';
import { PlainRequest } from '../plain-text.ts';
import type { OaApi } from './oa-api.ts';
import { outcomeOf } from './oa-error.ts';
import { GROUP_PREFIX } from './parse-event.ts';
import { uploadKind, type UploadKind } from './upload-kind.ts';

const Sent = z.object({ message_id: z.string() });
const Uploaded = z.object({ attachment_id: z.string().optional(), token: z.string().optional() });

export async function send(
  api: OaApi,
  { request, file }: OutboundPiece,
  to: Address,
  openFile: OpenFile,
): Promise<SendOutcome> {
  const parsed = PlainRequest.parse(request);
  if (parsed.kind === 'text') return post(api, to, { text: parsed.text }, true);
  const kind = file === null ? null : uploadKind(file);
  if (file === null || kind === null) {
    return {
      kind: 'unsupported',
      reason: 'Zalo takes JPEG and PNG up to 1 MB, GIF, PDF and Word files up to 5 MB',
    };
  }
  const attachment = await upload(api, file, kind, openFile);
  if ('kind' in attachment) return attachment;
  const text = parsed.caption === '' ? {} : { text: parsed.caption };
  return post(api, to, { ...text, attachment: attachment.attachment }, false);
}

async function post(
  api: OaApi,
  to: Address,
  message: Readonly<Record<string, unknown>>,
  isPlain: boolean,
): Promise<SendOutcome> {
  const isGroup = to.chatId.startsWith(GROUP_PREFIX);
  const recipient = isGroup ? { group_id: to.chatId.slice(GROUP_PREFIX.length) } : { user_id: to.chatId };
  const path = isGroup ? 'v3.0/oa/group/message' : 'v3.0/oa/message/cs';
  const answer = await api.call(path, { recipient, message });
  if (answer.kind === 'failed') return answer.outcome;
  if (answer.kind === 'error') return outcomeOf(answer.code, isPlain);
  return { kind: 'sent', messageId: Sent.safeParse(answer.data).data?.message_id ?? null };
}

/** Whatever goes wrong here, the user has got nothing, so it can be tried again. */
async function upload(
  api: OaApi,
  file: OutboundFile,
  kind: UploadKind,
  openFile: OpenFile,
): Promise<{ readonly attachment: Readonly<Record<string, unknown>> } | SendOutcome> {
  const bytes = await readFile(openFile);
  if (bytes === null) return unreadable;
  const size = kind === 'gif' ? gifSize(new DataView(bytes)) : {};
  if (size === null) return { kind: 'unsupported', reason: 'The file is no GIF' };
  const form = new FormData();
  form.set('file', new Blob([bytes], { type: file.mimeType }), file.name);
  const answer = await api.call(`v2.0/oa/upload/${kind}`, form);
  if (answer.kind === 'failed') {
    return answer.outcome.kind === 'unknown' ? retry(5000, 'the upload to Zalo broke off') : answer.outcome;
  }
  if (answer.kind === 'error') return outcomeOf(answer.code, false);
  const uploaded = Uploaded.safeParse(answer.data).data;
  if (kind === 'file' && uploaded?.token !== undefined) {
    return { attachment: { type: 'file', payload: { token: uploaded.token } } };
  }
  if (kind !== 'file' && uploaded?.attachment_id !== undefined) {
    const element = { media_type: kind, attachment_id: uploaded.attachment_id, ...size };
    return { attachment: { type: 'template', payload: { template_type: 'media', elements: [element] } } };
  }
  return { kind: 'unsupported', reason: 'Zalo has not kept the file' };
}

/** Zalo wants to be told: both stand in the header, as little-endian numbers after `GIF89a`. */
function gifSize(bytes: DataView): { width: number; height: number } | null {
  const isGif = bytes.byteLength >= 10 && bytes.getUint32(0) >>> 8 === 0x474946;
  return isGif ? { width: bytes.getUint16(6, true), height: bytes.getUint16(8, true) } : null;
}
