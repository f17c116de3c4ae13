export interface PartHeaders {
  /** The form field. */
  readonly name: string;
  /** As the client wrote it, so it may be a whole path. Null where the part is no file; empty where none was chosen. */
  readonly fileName: string | null;
}

/** Reads the headers of one part of a form; null where they do not name a form field. */
export function partHeaders(headers: string): PartHeaders | null {
  const disposition = headers
    .split('\r\n')
    .map((line) => /^content-disposition:\s*form-data\s*(;.*)$/i.exec(line)?.[1])
    .find((parameters) => parameters !== undefined);
  if (disposition === undefined) return null;

  const parameters = new Map<string, string>();
  for (const [, key = '', quoted, bare] of disposition.matchAll(
    /;\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))/g,
  )) {
    parameters.set(key.toLowerCase(), quoted === undefined ? (bare ?? '') : unquote(quoted));
  }
  const name = parameters.get('name');
  if (name === undefined) return null;
  const extended = decodeExtended(parameters.get('filename*'));
  return { name, fileName: extended ?? parameters.get('filename') ?? null };
}

/** Browsers write `%22`, `%0D` and `%0A` for the three characters that would break the header; older clients `\"`. */
function unquote(text: string): string {
  return text
    .replace(/\\(["\\])/g, '$1')
    .replace(/%22/g, '"')
    .replace(/%0D/gi, '\r')
    .replace(/%0A/gi, '\n');
}

/** RFC 5987: `UTF-8''na%C3%AFve.txt`. Null where it is absent or cannot be read: then the plain one counts. */
function decodeExtended(value: string | undefined): string | null {
  const encoded = /^utf-8'[^']*'(.*)$/i.exec(value ?? '')?.[1];
  if (encoded === undefined) return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}
