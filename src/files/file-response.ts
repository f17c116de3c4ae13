import { withoutInvisible } from '#files/file-name.ts';
import { contentTypeOf, isShownInline } from '#files/file-kind.ts';

/** A file to be sent: what it is, and a way to read some of it. */
export interface SentFile {
  readonly name: string;
  readonly size: number;
  /** Changes whenever the content does. Letters and digits, without quotes. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  /** Null when the file is gone meanwhile. */
  read(range: ByteRange): Promise<ReadableStream | Uint8Array<ArrayBuffer> | null>;
}

interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * The answer to a GET for a file (RFC 9110): whole, one range of it, or "not modified"; null when it is gone meanwhile.
 * Contract: nothing that can carry script is ever shown in place.
 */
export async function fileResponse(file: SentFile, request: Headers): Promise<Response | null> {
  const type = contentTypeOf(file.name);
  const inline = isShownInline(type);
  const etag = `"${file.version}"`;
  const headers = new Headers({
    ETag: etag,
    'Last-Modified': new Date(file.modifiedAt).toUTCString(),
    'Accept-Ranges': 'bytes',
    // Kept by the browser that asked, and checked each time: after signing out it is not shown any more
    'Cache-Control': 'private, no-cache',
    'X-Content-Type-Options': 'nosniff',
  });
  if (isUnchanged(request, etag, file.modifiedAt)) return new Response(null, { status: 304, headers });

  headers.set('Content-Type', type);
  headers.set('Content-Disposition', contentDisposition(inline ? 'inline' : 'attachment', file.name));
  if (!inline) headers.set('Content-Security-Policy', "sandbox; default-src 'none'");

  const ifRange = request.get('If-Range');
  const asked = ifRange === null || ifRange === etag ? parseRange(request.get('Range'), file.size) : 'whole';
  if (asked === 'unsatisfiable') {
    headers.set('Content-Range', `bytes */${file.size}`);
    headers.delete('Content-Type');
    headers.delete('Content-Disposition');
    return new Response(null, { status: 416, headers });
  }
  const range = asked === 'whole' ? { offset: 0, length: file.size } : asked;
  headers.set('Content-Length', String(range.length));
  if (asked !== 'whole') {
    headers.set('Content-Range', `bytes ${range.offset}-${range.offset + range.length - 1}/${file.size}`);
  }
  const body = range.length === 0 ? new Uint8Array() : await file.read(range);
  if (body === null) return null;
  return new Response(body, { status: asked === 'whole' ? 200 : 206, headers });
}

/** `If-None-Match` decides where it is there; only without it the date does, whole seconds. */
function isUnchanged(request: Headers, etag: string, modifiedAt: number): boolean {
  const known = request.get('If-None-Match');
  if (known !== null) {
    return known.trim() === '*' || known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
  }
  const since = Date.parse(request.get('If-Modified-Since') ?? '');
  return Math.floor(modifiedAt / 1000) * 1000 <= since;
}

/** One range of bytes. Several at once, other units and what cannot be read mean the whole file, as RFC 9110 allows. */
function parseRange(header: string | null, size: number): ByteRange | 'whole' | 'unsatisfiable' {
  const [, first = '', last = ''] = /^bytes=\s*(\d*)-(\d*)\s*$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return 'whole';
  const offset = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return 'whole';
  return offset < end ? { offset, length: end - offset } : 'unsatisfiable';
}

/** RFC 6266: a plain name for old clients, the true one percent-encoded (RFC 5987). */
export function contentDisposition(kind: 'inline' | 'attachment', path: string): string {
  const name = withoutInvisible(path.slice(path.lastIndexOf('/') + 1));
  const plain = name.replace(/[^\u0020-\u007E]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return plain === name
    ? `${kind}; filename="${plain}"`
    : `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
