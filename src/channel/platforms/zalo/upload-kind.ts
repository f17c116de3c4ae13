import type { OutboundFile } from '#channel/platform.ts';

/** The last part of the address that takes it. */
export type UploadKind = 'image' | 'gif' | 'file';

const MB = 1024 * 1024;

/** https://developers.zalo.me/docs/official-account/tin-nhan/quan-ly-tin-nhan/upload-hinh-anh and its neighbours */
const KINDS: readonly { kind: UploadKind; types: RegExp; maxBytes: number }[] = [
  { kind: 'image', types: /^image\/(jpe?g|png)$/, maxBytes: MB },
  { kind: 'gif', types: /^image\/gif$/, maxBytes: 5 * MB },
  {
    kind: 'file',
    types: /^application\/(pdf|msword|vnd\.openxmlformats-officedocument\.wordprocessingml\.document)$/,
    maxBytes: 5 * MB,
  },
];

/** Null: Zalo does not take it. */
export function uploadKind({ mimeType, size }: OutboundFile): UploadKind | null {
  const type = mimeType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (size === 0) return null;
  return KINDS.find(({ types, maxBytes }) => types.test(type) && size <= maxBytes)?.kind ?? null;
}
