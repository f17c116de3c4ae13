/** The bytes of a request's body, null when there are more than that. */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array | null> {
  // The server lets no more through than was announced
  const announced = Number(request.headers.get('content-length') ?? Infinity);
  if (announced <= maxBytes) return new Uint8Array(await request.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
