const signatures = [
  { type: 'image/png', at: 0, bytes: [0x89, 0x50, 0x4e, 0x47] },
  { type: 'image/jpeg', at: 0, bytes: [0xff, 0xd8, 0xff] },
  { type: 'image/gif', at: 0, bytes: [0x47, 0x49, 0x46, 0x38] },
  { type: 'image/webp', at: 8, bytes: [0x57, 0x45, 0x42, 0x50] },
  { type: 'application/pdf', at: 0, bytes: [0x25, 0x50, 0x44, 0x46, 0x2d] },
] as const;

/** How many bytes of a file's beginning `contentType` wants to see. */
export const sniffedBytes = 8_192;

export type ContentType = (typeof signatures)[number]['type'] | 'text' | 'binary';

/** What a file holds, told by its first bytes: its name may lie, and the model refuses a picture of the wrong kind. */
export function contentType(start: Uint8Array): ContentType {
  const known = signatures.find(({ at, bytes }) => bytes.every((byte, index) => start[at + index] === byte));
  return known?.type ?? (start.subarray(0, sniffedBytes).includes(0) ? 'binary' : 'text');
}
