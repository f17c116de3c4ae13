import { fail, succeed, type Result } from '#lib/result.ts';
import { problem, type WorkspaceProblem } from '#files/workspace-problem.ts';

/** What people and the model see as the top of a session's files. */
export const root = '/workspace';
/** Uploaded files arrive in the first, results for the user go to the second; both are always there. */
export const fixedFolders: readonly string[] = [`${root}/input`, `${root}/output`];

const maxPathBytes = 1024;
// The limit of common Linux file systems, so that what is made here can be unpacked elsewhere.
const maxNameBytes = 255;
const maxDepth = 64;

const utf8 = new TextEncoder();
const bytesOf = (text: string) => utf8.encode(text).length;
// oxlint-disable-next-line no-control-regex -- a line break in a name would forge lines of a listing
const control = /[\u0000-\u001f\u007f]/;

/**
 * Contract: the result is `/workspace` or a path under it, without `.`, `..`, empty parts or a slash at the end; a path
 * that is not absolute is taken from `/workspace`. Whatever would end outside is a problem, never a shortened path.
 */
export function normalizePath(path: string): Result<string, WorkspaceProblem> {
  if (path === '') return fail(problem('EINVAL', 'The path is empty.'));
  if (control.test(path)) return fail(problem('EINVAL', 'The path has a control character in it.'));
  if (!path.isWellFormed()) return fail(problem('EINVAL', 'The path is not valid Unicode.'));
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${root}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const normal = `/${parts.join('/')}`;
  if (!isInside(normal, root)) {
    return fail(problem('EACCES', `That path is outside ${root}: use a path under ${root}.`));
  }
  if (bytesOf(normal) > maxPathBytes)
    return fail(problem('ENAMETOOLONG', `The path is longer than ${maxPathBytes} bytes.`));
  if (parts.length > maxDepth)
    return fail(problem('ENAMETOOLONG', `The path is more than ${maxDepth} folders deep.`));
  if (parts.some((part) => bytesOf(part) > maxNameBytes))
    return fail(problem('ENAMETOOLONG', `A name in the path is longer than ${maxNameBytes} bytes.`));
  return succeed(normal);
}

/** Both normalized. A folder is inside itself. */
export const isInside = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(`${folder}/`);

/** Of a normalized path below `/workspace`. */
export function splitPath(path: string): { readonly parent: string; readonly name: string } {
  const slash = path.lastIndexOf('/');
  return { parent: path.slice(0, slash), name: path.slice(slash + 1) };
}

/** The folders between `/workspace` and a normalized path, from the top down, without both ends. */
export function foldersAbove(path: string): string[] {
  const parts = path.slice(root.length + 1).split('/');
  return parts.slice(0, -1).map((_, index) => `${root}/${parts.slice(0, index + 1).join('/')}`);
}

/** `report.txt` → `report.txt`, `report_1.txt`, `report_2.txt`, … for a name that may be taken. */
export function* nameCandidates(name: string): Generator<string> {
  yield name;
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let count = 1; ; count += 1) yield `${stem}_${count}${extension}`;
}
