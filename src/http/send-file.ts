import { fileResponse } from '#files/file-response.ts';
import type { FileLocation } from '#files/workspace-reader.ts';
import { sha256Hex } from '#lib/hash.ts';
import type { ChatSession } from '#session/chat-session.ts';

export interface SendDeps {
  readonly stub: DurableObjectStub<ChatSession>;
  readonly bucket: R2Bucket;
  /** Of the request. */
  readonly headers: Headers;
}

/** Answers with a file of a session; `path` is relative to its workspace. */
export async function sendFile(deps: SendDeps, path: string): Promise<Response | 'no_session' | 'no_file'> {
  // The object may be replaced by a newer version, and be gone, between the look and the read
  for (let look = 0; look < 3; look += 1) {
    const location = await deps.stub.locateFile(path);
    if (location === 'no_session' || location === 'no_file') return location;
    const response = await fileResponse(
      {
        name: path,
        size: location.size,
        modifiedAt: location.modifiedAt,
        version: await versionOf(location),
        read: ({ offset, length }) => readRange(location, { offset, length }, deps.bucket),
      },
      deps.headers,
    );
    if (response !== null) return response;
  }
  return 'no_file';
}

async function readRange(
  location: FileLocation,
  range: { offset: number; length: number },
  bucket: R2Bucket,
) {
  if (location.kind === 'inline')
    return new Uint8Array(location.bytes.subarray(range.offset, range.offset + range.length));
  return (await bucket.get(location.key, { range }))?.body ?? null;
}

/** An object never changes, so its name is a version; a file in a row can change within the same millisecond. */
async function versionOf(location: FileLocation): Promise<string> {
  if (location.kind === 'r2') return location.key.slice(location.key.lastIndexOf('/') + 1);
  return (await sha256Hex(location.bytes)).slice(0, 32);
}
