import type { ListedSession } from '#cli/api.ts';
import { printLine, type Host } from '#cli/host.ts';
import { printTable } from '#cli/print-table.ts';
import { oneLine, styleFor, type Style } from '#cli/style.ts';
import { excerptPieces } from '#lib/mark-matches.ts';
import type { SearchResponse } from '#protocol/session.ts';

const titleOf = (session: { name: string | null; first_message: string | null }) =>
  session.name || session.first_message || 'New conversation';

const turns = (count: number) => `${count} ${count === 1 ? 'turn' : 'turns'}`;

export function printSessions(host: Host, sessions: readonly ListedSession[]): void {
  const rows = sessions.map((session) => [
    session.session_id,
    session.created_at.slice(0, 16).replace('T', ' '),
    turns(session.turn_count),
    titleOf(session),
  ]);
  printTable(host, rows, 'No sessions yet. Start one with `npx edgewise chat`.');
}

export function printHits(host: Host, { results, query }: SearchResponse): void {
  const style = styleFor(host);
  if (results.length === 0) return printLine(host, style.dim(`Nothing found for "${query}".`));
  for (const hit of results) {
    printLine(host, `${style.bold(hit.session_id)}  ${oneLine(titleOf(hit), 80)}`);
    printLine(
      host,
      style.dim(`  ${turns(hit.turn_count)}, ${hit.match_count} matching · `) +
        markedExcerpt(hit.snippet, query, style),
    );
  }
}

/** The line that matches may not be the excerpt's first, so all of it becomes one. */
function markedExcerpt(snippet: string, query: string, style: Style): string {
  const line = oneLine(snippet.replace(/\s+/g, ' '), 200);
  return excerptPieces(line, query)
    .map(({ text, match }) => (match ? style.bold(text) : style.dim(text)))
    .join('');
}
