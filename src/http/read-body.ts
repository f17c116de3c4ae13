import { readBytes } from '#lib/read-bytes.ts';

/** The bytes of a request's body, null when there are more than that. */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array | null> {
  // The server lets no more through than was announced
  const announced = Number(request.headers.get('content-length') ?? Infinity);
  if (announced <= maxBytes) return new Uint8Array(await request.arrayBuffer());
  return readBytes(request.body, maxBytes);
}
