import { z } from 'zod';
import { sessionOf, type Channel } from '#channel/channel.ts';
import { linkFor } from '#channel/file-link.ts';
import type { FileSource, Outgoing } from '#channel/outbox.ts';
import { contentTypeOf } from '#files/file-kind.ts';
import type { OutboundFile } from '#channel/platform.ts';
import type { FileLocation } from '#files/workspace-reader.ts';
import type { Turn } from '#channel/turn.ts';

/** What the platforms are given themselves; larger files go out as links. */
const NATIVE_BYTES = 10 * 1024 * 1024;

const Delivery = z.object({
  action: z.literal('deliver_file'),
  file_path: z.string().min(1),
  filename: z.string().optional(),
  mime_type: z.string().optional(),
});
const Wrapped = z.object({
  content: z.array(z.looseObject({ type: z.literal('text'), text: z.string() })).min(1),
});

interface Request {
  /** Relative to the workspace. */
  readonly path: string;
  readonly name: string | undefined;
  readonly mimeType: string | undefined;
}

export interface Delivered {
  readonly outgoing: Outgoing;
  readonly path: string;
  /** Of the content: the same file, changed, is another. */
  readonly version: string;
}

/** The file that a finished call hands to the chat, if it does. */
export async function fileOf(
  channel: Channel,
  turn: Turn,
  call: { readonly name: string; readonly path: string | null },
  result: string,
): Promise<Delivered | null> {
  const request = call.name.endsWith('send_file_to_chat') ? asked(result) : written(channel, call);
  if (request === null) return null;
  const { path } = request;
  const where = { username: turn.username, sessionId: turn.session_id, path };
  const location = await locate(channel, where);
  if (location === null) return null;
  const name = request.name ?? path.slice(path.lastIndexOf('/') + 1);
  const file = { name, mimeType: request.mimeType ?? contentTypeOf(name), size: location.size };
  const version = versionOf(location);
  return { outgoing: await outgoingFile(channel, file, { ...where, version }), path, version };
}

/** The file itself, or a link to it where it is too large. */
export async function outgoingFile(
  channel: Channel,
  file: OutboundFile,
  source: FileSource,
): Promise<Outgoing> {
  return file.size < NATIVE_BYTES
    ? { kind: 'answer', content: { kind: 'file', file, caption: '' }, file: source }
    : { kind: 'answer', content: { kind: 'text', markdown: await linkFor(channel, file, source) } };
}

export const versionOf = (location: FileLocation): string =>
  location.kind === 'r2' ? location.key : `${location.modifiedAt}/${location.size}`;

/** The bytes, when the platform wants them. A file that is gone by then is empty. */
export async function openFile(
  channel: Channel,
  source: FileSource | null,
): Promise<ReadableStream<Uint8Array>> {
  const location = source === null ? null : await locate(channel, source);
  const body =
    location?.kind === 'r2'
      ? (await channel.files.get(location.key))?.body
      : new Response(new Uint8Array(location?.bytes ?? [])).body;
  return body ?? new ReadableStream({ start: (controller) => controller.close() });
}

type Where = Pick<FileSource, 'username' | 'sessionId' | 'path'>;

export async function locate(channel: Channel, source: Where): Promise<FileLocation | null> {
  const location = await sessionOf(channel, source).locateFile(source.path);
  return location === 'no_file' || location === 'no_session' ? null : location;
}

function written(
  { settings }: Channel,
  { name, path }: { name: string; path: string | null },
): Request | null {
  if (name !== 'Write' || path === null || settings.PLATFORM_SEND_WRITTEN_FILES === 'off') return null;
  const inner = inWorkspace(path);
  if (inner === null) return null;
  const wanted = settings.PLATFORM_SEND_WRITTEN_FILES === 'all' || inner.startsWith('output/');
  return wanted ? { path: inner, name: undefined, mimeType: undefined } : null;
}

function asked(result: string): Request | null {
  const wrapped = Wrapped.safeParse(parseJson(result));
  const delivery = Delivery.safeParse(
    wrapped.success ? parseJson(wrapped.data.content[0]?.text ?? '') : parseJson(result),
  );
  if (!delivery.success) return null;
  const path = inWorkspace(delivery.data.file_path);
  return path === null ? null : { path, name: delivery.data.filename, mimeType: delivery.data.mime_type };
}

/** Whatever leaves the workspace by its dots is found nowhere: the session refuses it. */
const inWorkspace = (path: string): string | null => {
  const inner = path.replace(/^\/workspace\//, '').replace(/^\.\//, '');
  return inner.startsWith('/') || inner.split('/').includes('..') ? null : inner;
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
