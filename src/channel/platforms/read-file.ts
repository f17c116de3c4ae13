import { retry } from './call-api.ts';

export type OpenFile = () => Promise<ReadableStream<Uint8Array>>;

/** In whole: multipart needs its length, and files that are sent natively are below 10 MB. Null: try again later. */
export async function readFile(openFile: OpenFile): Promise<ArrayBuffer | null> {
  try {
    return await new Response(await openFile()).arrayBuffer();
  } catch {
    return null;
  }
}

export const unreadable = retry(5000, 'the file could not be read');
