import { z } from 'zod';
import { defineTool, ToolFailure } from '#agent/tool.ts';
import { root } from '#files/path.ts';
import type { WorkspaceEntry } from '#files/workspace-entries.ts';
import type { Workspace } from '#files/workspace.ts';
import { withDeadline, type Deadline } from '#lib/deadline.ts';
import { contentType } from '#tools/file-content.ts';
import { fileTypes } from '#tools/file-types.ts';
import { compileGlob, globLength } from '#tools/glob-pattern.ts';
import { compileSearch, type LineSearch } from '#tools/grep-lines.ts';
import { contentLines, type FileMatches } from '#tools/grep-output.ts';
import { newestFirst } from '#tools/newest-first.ts';
import { splitLines } from '#tools/numbered-lines.ts';
import { Pace } from '#tools/pace.ts';
import { orFail } from '#tools/workspace-failure.ts';

const mebibyte = 1024 * 1024;
const maxFileBytes = 16 * mebibyte;
// A match over lines is looked for in the whole text at once, where nothing can pause.
const maxMultilineFileBytes = mebibyte;
const maxSeconds = 20;
const defaultResults = 250;
// In characters searched. The slowest patterns take some 100 ms for so many.
const workPerRest = 64 * 1024;
const workPerFile = 1024;

const description = `Searches the contents of the workspace's files with a regular expression, as ripgrep does.

- pattern has RE2 syntax ("log.*Error", "function\\s+\\w+", "\\bTODO\\b"): no lookaround, no back-references.
- output_mode "files_with_matches" (the default) lists files, newest first; "content" shows the lines, with -n, -A, -B and -C; "count" counts them by file.
- Narrow the search with path, glob ("*.js", "src/**/*.{ts,tsx}") or type ("py", "md").
- Text files up to ${maxFileBytes / mebibyte} MB are searched, and of a line the first 10,000 characters; with multiline, a match may go over several lines, in files up to ${maxMultilineFileBytes / mebibyte} MB.`;

const count = z.number().int().min(0).max(1_000);
const typeNames = Object.keys(fileTypes);

const input = z.object({
  pattern: z.string().min(1).max(1_000).describe('The regular expression'),
  path: z.string().min(1).default(root).describe(`A file or folder to search, ${root} by default`),
  glob: z.string().min(1).max(globLength).optional().describe('Only files whose name, or path, fits'),
  type: z
    .string()
    .refine((name) => Object.hasOwn(fileTypes, name), `is one of ${typeNames.join(', ')}; else use glob`)
    .optional()
    .describe(`Only files of this type: ${typeNames.join(', ')}`),
  output_mode: z.enum(['content', 'files_with_matches', 'count']).default('files_with_matches'),
  '-A': count.optional().describe('Lines to show after each match'),
  '-B': count.optional().describe('Lines to show before each match'),
  '-C': count.optional().describe('Lines to show before and after each match'),
  '-n': z.boolean().default(true).describe('Show line numbers'),
  '-i': z.boolean().default(false).describe('Ignore case'),
  multiline: z.boolean().default(false).describe('Let "." match line breaks, and matches go over lines'),
  head_limit: z
    .number()
    .int()
    .min(0)
    .default(defaultResults)
    .describe('Show only the first results; 0 shows all'),
});
type Input = z.output<typeof input>;

interface Found {
  readonly files: readonly FileMatches[];
  readonly skipped: number;
  readonly inTime: boolean;
}

export const grepTool = (workspace: Workspace) =>
  defineTool({
    name: 'Grep',
    description,
    input,
    effects: 'reads',
    async run(call, { signal }) {
      const search = compileSearch(call.pattern, { ignoreCase: call['-i'], multiline: call.multiline });
      if (!search) {
        throw new ToolFailure(
          'The pattern is not a regular expression in RE2 syntax. Lookaround ((?=…), (?<!…)) and back-references (\\1) do not exist there; a literal ( [ { or \\ needs a \\ before it.',
        );
      }
      const found = await withDeadline(maxSeconds * 1000, signal, (deadline) =>
        searchFiles(workspace, { call, search, deadline }),
      );
      return render(found, call);
    },
  });

async function searchFiles(
  workspace: Workspace,
  {
    call,
    search,
    deadline,
  }: { readonly call: Input; readonly search: LineSearch; readonly deadline: Deadline },
): Promise<Found> {
  const files: FileMatches[] = [];
  let skipped = 0;
  const pace = new Pace(workPerRest, deadline.signal);
  try {
    for (const { path, size } of filesToSearch(workspace, call)) {
      if (pace.spend(workPerFile)) await pace.rest();
      const isTooLarge = size > (call.multiline ? maxMultilineFileBytes : maxFileBytes);
      const bytes = isTooLarge ? undefined : orFail(await workspace.read(path));
      if (!bytes || contentType(bytes) !== 'text') {
        skipped += 1;
        continue;
      }
      const lines = splitLines(new TextDecoder().decode(bytes));
      const matches = await search.find(lines, pace);
      if (matches.length > 0)
        files.push({ path, matches, lines: call.output_mode === 'content' ? lines : [] });
    }
  } catch (error) {
    if (!deadline.isOver()) throw error;
    return { files, skipped, inTime: false };
  }
  return { files, skipped, inTime: true };
}

function filesToSearch(workspace: Workspace, { path, glob, type }: Input): WorkspaceEntry[] {
  const place = workspace.stat(path);
  if (place?.kind === 'file') return [place];
  const folder = place?.path ?? root;
  const endings = new Set<string>(
    Object.entries(fileTypes).flatMap(([name, names]) => (name === type ? names : [])),
  );
  const isWanted = glob === undefined ? () => true : compileGlob(glob);
  return orFail(workspace.walk(path))
    .filter((entry) => {
      if (entry.kind !== 'file') return false;
      if (type !== undefined && !endings.has(entry.name.slice(entry.name.lastIndexOf('.') + 1))) return false;
      if (glob?.startsWith('/')) return isWanted(entry.path);
      return isWanted(glob?.includes('/') ? entry.path.slice(folder.length + 1) : entry.name);
    })
    .sort(newestFirst);
}

function render({ files, skipped, inTime }: Found, call: Input): string {
  const results = files.flatMap((file) => {
    switch (call.output_mode) {
      case 'files_with_matches':
        return [file.path];
      case 'count':
        return [`${file.path}:${file.matches.length}`];
      case 'content':
        return contentLines(file, {
          before: call['-B'] ?? call['-C'] ?? 0,
          after: call['-A'] ?? call['-C'] ?? 0,
          numbers: call['-n'],
        });
    }
  });
  const shown = call.head_limit === 0 ? results : results.slice(0, call.head_limit);
  const total = files.reduce((sum, { matches }) => sum + matches.length, 0);
  const notes = [
    call.output_mode === 'count' && total > 0 ? `${total} matching lines in ${files.length} files.` : '',
    shown.length < results.length
      ? `[${results.length - shown.length} more: narrow the search, or raise head_limit]`
      : '',
    inTime ? '' : `[Stopped after ${maxSeconds} seconds: not all files were searched. Narrow the search.]`,
    skipped > 0 ? `[${skipped} binary or too large files were not searched]` : '',
  ].filter((note) => note !== '');
  return [...(shown.length > 0 ? shown : ['No matches found.']), ...notes].join('\n');
}
