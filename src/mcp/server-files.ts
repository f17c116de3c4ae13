import { Buffer } from 'node:buffer';
import type { ContentBlock } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { fail, succeed } from '#lib/result.ts';
import { PathParameter, SessionParameter } from '#mcp/server-parameters.ts';
import { looks, noSession, offer, text } from '#mcp/server-tool.ts';
import type { FileInfo } from '#protocol/file.ts';
import { imageMediaTypes } from '#protocol/message.ts';

const ListedFile = z.object({
  path: z.string().describe('As read_file wants it'),
  content_type: z.string(),
  size_bytes: z.number().int(),
  modified_at: z.string().describe('ISO 8601, UTC'),
});

const toListed = ({ file_type, safe_name, content_type, size_bytes, created_at }: FileInfo) => ({
  path: `${file_type}/${safe_name}`,
  content_type,
  size_bytes,
  modified_at: created_at,
});

export const listFiles = offer({
  name: 'list_files',
  title: 'List files',
  description:
    "Lists the files of a session's workspace: those the user gave (input/) and those the agent made (output/), last changed first.",
  input: z.object({ session_id: SessionParameter }),
  output: z.object({ files: z.array(ListedFile) }),
  annotations: looks,
  async run({ session_id }, { user }) {
    const files = await user.session(session_id).listFiles();
    return files === null ? fail(noSession(session_id)) : succeed({ output: { files: files.map(toListed) } });
  },
});

/** Of a text, at once: about what a model reads without losing the thread. */
const TEXT_BYTES = 128 * 1024;
/** What models take as a picture. */
const IMAGE_BYTES = 5 * 1024 * 1024;

export const readFile = offer({
  name: 'read_file',
  title: 'Read a file',
  description:
    "Reads a file of a session's workspace. Text comes 128 KiB at a time, a picture as a picture; for everything else, and for all of a large file, download_url is an address that opens it for an hour.",
  input: z.object({
    session_id: SessionParameter,
    path: PathParameter,
    offset: z
      .number()
      .int()
      .min(0)
      .default(0)
      .describe('Byte to begin with: next_offset of the answer before'),
  }),
  output: z.object({
    path: z.string(),
    content_type: z.string(),
    size_bytes: z.number().int(),
    text: z.string().nullable().describe('Null where the file is no text'),
    next_offset: z.number().int().nullable().describe('Where the text goes on; null at its end'),
    download_url: z.string().nullable().describe('Whoever has it can open the file, for an hour'),
  }),
  annotations: looks,
  async run({ session_id, path, offset }, { user }) {
    const session = user.session(session_id);
    const response = await session.openFile(path, offset);
    if (response === 'no_session') return fail(noSession(session_id));
    if (response === 'no_file') return fail(`There is no file ${path}. list_files tells which there are.`);
    if (response.status === 416) return fail(`${path} ends before byte ${offset}.`);
    const type = response.headers.get('content-type') ?? '';
    const rest = Number(response.headers.get('content-length'));
    const isImage = imageMediaTypes.has(type);
    const wanted = isImage && rest <= IMAGE_BYTES ? rest : TEXT_BYTES;
    const bytes = await readUpTo(response, Math.min(wanted, rest));
    const decoded = isImage ? undefined : decodeText(bytes, { isWhole: bytes.length === rest });
    const end = offset + (decoded?.bytes ?? 0);
    const size = offset + rest;
    const output = {
      path,
      content_type: type,
      size_bytes: size,
      text: decoded?.text ?? null,
      next_offset: decoded !== undefined && end < size ? end : null,
      download_url: await session.fileLink(path),
    };
    if (decoded !== undefined) {
      const more = end < size ? [text(`[${path} goes on at offset ${end}; it has ${size} bytes.]`)] : [];
      return succeed({ output, content: [text(decoded.text), ...more] });
    }
    return isImage && bytes.length === rest && offset === 0
      ? succeed({ output, content: [picture(bytes, type), text(JSON.stringify(output))] })
      : succeed({ output });
  },
});

/** What the SDK's own limit of a request leaves for it. */
const WRITE_CHARACTERS = 10 * 1024 * 1024;

export const writeFile = offer({
  name: 'write_file',
  title: 'Write a file',
  description:
    "Makes or replaces a file in a session's workspace, where the agent finds it. Put what the agent is to work on below input/.",
  input: z.object({
    session_id: SessionParameter,
    path: PathParameter,
    content: z.string().max(WRITE_CHARACTERS).describe('All of the file'),
    encoding: z.enum(['utf-8', 'base64']).default('utf-8').describe('base64 for a file that is no text'),
  }),
  output: ListedFile,
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  async run({ session_id, path, content, encoding }, { user }) {
    const bytes = encoding === 'base64' ? fromBase64(content) : new TextEncoder().encode(content);
    if (bytes === undefined) return fail('The content is not base64. Send a text with encoding "utf-8".');
    const written = await user.session(session_id).writeFile(path, bytes);
    if (written === null) return fail(noSession(session_id));
    return written.ok ? succeed({ output: toListed(written.value) }) : fail(written.problem);
  },
});

const picture = (bytes: Uint8Array, mimeType: string): ContentBlock => ({
  type: 'image',
  data: Buffer.from(bytes).toString('base64'),
  mimeType,
});

/** The first `length` bytes; the rest of the body is let go. */
async function readUpTo(response: Response, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const reader = response.body?.getReader();
  let filled = 0;
  while (filled < length) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || value === undefined) break;
    const part = value.subarray(0, length - filled);
    bytes.set(part, filled);
    filled += part.length;
  }
  await reader?.cancel();
  return bytes.subarray(0, filled);
}

/** Undefined where the bytes are no text in UTF-8. A character that is cut at the end is left for the next piece. */
function decodeText(
  bytes: Uint8Array,
  { isWhole }: { isWhole: boolean },
): { text: string; bytes: number } | undefined {
  for (let cut = 0; cut <= (isWhole ? 0 : 3); cut += 1) {
    const kept = bytes.subarray(0, bytes.length - cut);
    const decoded = tryDecode(kept);
    if (decoded !== undefined)
      return decoded.includes('\0') ? undefined : { text: decoded, bytes: kept.length };
  }
  return undefined;
}

function tryDecode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function fromBase64(content: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
