import type { Workspace } from '#files/workspace.ts';
import { orFail } from '#tools/workspace-failure.ts';

const partBytes = 1024 * 1024;

/**
 * The lines of a text file, without their ends, read part by part: a file may be larger than memory. What is not UTF-8
 * comes as replacement characters.
 */
export async function* readLines(
  workspace: Workspace,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for (let offset = 0; ; offset += partBytes) {
    signal.throwIfAborted();
    const bytes = orFail(await workspace.read(path, { offset, length: partBytes }));
    const last = bytes.length < partBytes;
    const lines = (rest + decoder.decode(bytes, { stream: !last })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield withoutReturn(line);
    if (last) break;
  }
  if (rest !== '') yield withoutReturn(rest);
}

const withoutReturn = (line: string) => (line.endsWith('\r') ? line.slice(0, -1) : line);
