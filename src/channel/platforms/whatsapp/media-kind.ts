import type { OutboundFile } from '#channel/platform.ts';

const MB = 1024 * 1024;

interface MediaKind {
  readonly kind: 'image' | 'video' | 'audio' | 'document';
  /** As what it is uploaded: Meta takes these types alone. */
  readonly mimeType: string;
}

const SHOWN: readonly { kind: MediaKind['kind']; types: RegExp; maxBytes: number }[] = [
  { kind: 'image', types: /^image\/(jpeg|png)$/, maxBytes: 5 * MB },
  { kind: 'video', types: /^video\/(mp4|3gpp)$/, maxBytes: 16 * MB },
  { kind: 'audio', types: /^audio\/(aac|amr|mpeg|mp4|ogg|opus)$/, maxBytes: 16 * MB },
];

const DOCUMENTS =
  /^(?:text\/plain|application\/pdf|application\/(?:msword|vnd\.ms-excel|vnd\.ms-powerpoint|vnd\.openxmlformats-officedocument\.(?:wordprocessingml\.document|spreadsheetml\.sheet|presentationml\.presentation)))$/;

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['audio/mp3', 'audio/mpeg'],
  ['audio/m4a', 'audio/mp4'],
  ['audio/x-m4a', 'audio/mp4'],
  ['image/jpg', 'image/jpeg'],
]);

const MAX_DOCUMENT_BYTES = 100 * MB;

/**
 * How WhatsApp takes a file; null if it does not. What is too large to be shown goes as a document, and so does text of
 * any kind, as plain text: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media
 */
export function mediaKind(file: OutboundFile): MediaKind | null {
  const given = file.mimeType.split(';')[0]?.trim().toLowerCase() ?? '';
  const type = ALIASES.get(given) ?? given;
  if (file.size === 0 || file.size > MAX_DOCUMENT_BYTES) return null;
  const shown = SHOWN.find(({ types }) => types.test(type));
  if (shown !== undefined) {
    return { kind: file.size <= shown.maxBytes ? shown.kind : 'document', mimeType: type };
  }
  if (DOCUMENTS.test(type) || type === 'image/webp') return { kind: 'document', mimeType: type };
  if (/^text\/|^application\/(json|xml|yaml|x-yaml|javascript)$/.test(type)) {
    return { kind: 'document', mimeType: 'text/plain' };
  }
  return null;
}
