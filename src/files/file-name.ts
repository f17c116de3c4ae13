/** What an uploaded file may end in. Any other ending is dropped, not the file. */
const allowedExtensions: ReadonlySet<string> = new Set(
  (
    'pdf doc docx xls xlsx txt md csv json eml mbox png jpg jpeg gif webp svg webm mp3 wav ogg m4a aac flac opus mp4 mov avi ' +
    'mkv py js ts jsx tsx html css zip tar gz'
  ).split(' '),
);

// File systems take 255 bytes a name; the rest is room for the `_1`, `_2`… of a name that is taken
const MAX_NAME_BYTES = 200;

const utf8 = new TextEncoder();

/**
 * The name under which an upload is stored. Contract: one path segment of letters and digits of any script, `-`, `_`
 * and `.`, neither empty nor hidden, at most 200 bytes of UTF-8; nothing invisible and nothing that turns the reading
 * direction survives. A name that is safe, and ends in an allowed extension or has none, stays as it is.
 */
export function safeFileName(original: string): string {
  const name = withoutInvisible(original.normalize('NFC')).split(/[/\\]/).at(-1)?.replace(/\.+$/, '');
  const { stem, extension } = splitName(name ?? '');
  const kept = allowedExtensions.has(extension.slice(1).toLowerCase()) ? extension : '';
  const cleaned = stem
    .replace(/[^\p{L}\p{M}\p{N}._-]/gu, '')
    // A mark whose letter was dropped would hang on the character before it
    .replace(/(?<![\p{L}\p{M}\p{N}])\p{M}+/gu, '')
    .replace(/^\.+|\.+$/g, '')
    // What was dropped may have stood between a letter and its mark
    .normalize('NFC');
  return (cutToBytes(cleaned, MAX_NAME_BYTES - kept.length) || 'file') + kept;
}

/** What the uploader called it, fit to be shown: without control and invisible characters, at most 255 bytes. */
export function shownFileName(original: string): string {
  return cutToBytes(withoutInvisible(original.normalize('NFC')), 255);
}

/**
 * Whether a name from outside names something below a folder. Contract: joined to a folder with a slash, it cannot
 * leave that folder, by whatever rules the path is resolved afterwards.
 */
export function isInnerPath(name: string): boolean {
  const steps = name.split(/[/\\]/);
  return !/\p{Cc}/u.test(name) && steps.every((step) => step.trim() !== '' && !/^\.+$/.test(step.trim()));
}

/** Control characters, marks that turn the reading direction, halves of characters: all that a reader cannot see. */
export function withoutInvisible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu, '');
}

function splitName(name: string): { stem: string; extension: string } {
  const dot = name.lastIndexOf('.');
  return dot === -1
    ? { stem: name, extension: '' }
    : { stem: name.slice(0, dot), extension: name.slice(dot) };
}

function cutToBytes(text: string, limit: number): string {
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += utf8.encode(character).length;
    if (bytes > limit) break;
    kept += character;
  }
  return kept;
}
