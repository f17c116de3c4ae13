import { createRoute, z } from '@hono/zod-openapi';
import { markdownHeading, recordToMarkdown } from '#http/history-markdown.ts';
import { requireUser } from '#http/identity.ts';
import { newRouter } from '#http/new-router.ts';
import { sessionNotFound } from '#http/session-not-found.ts';
import { refuseBadId, sessionPath } from '#http/session-path.ts';
import { chatSession, userSpace } from '#http/user-objects.ts';
import { assertNever } from '#lib/assert-never.ts';
import type { History, HistoryRecord } from '#protocol/session.ts';

/** However long the session, so much of it is in memory at a time. */
const RECORDS_PER_PAGE = 200;

const Format = z.enum(['jsonl', 'markdown']);

const exportRoute = createRoute({
  method: 'get',
  path: '/sessions/{session_id}/export',
  summary: 'Download the history of a session',
  middleware: [requireUser, refuseBadId] as const,
  request: { params: sessionPath.params, query: z.object({ format: Format.default('jsonl') }) },
  responses: {
    200: {
      description: 'The file',
      content: {
        'application/x-ndjson': { schema: z.string() },
        'text/markdown': { schema: z.string() },
      },
    },
    ...sessionPath.refusals,
  },
});

export function sessionExportRoutes() {
  const routes = newRouter();

  routes.openapi(exportRoute, async (c) => {
    const { session_id: id } = c.req.valid('param');
    const { format } = c.req.valid('query');
    const session = chatSession(c, id);
    if (!(await session.exists())) return c.json(sessionNotFound(id), 404);

    const readPage = (cursor: string | undefined) => session.readHistory({ limit: RECORDS_PER_PAGE, cursor });
    const name = (await userSpace(c).getSession(id))?.name ?? null;
    const { head, line, type, ending } = fileFormat(format, name);
    return new Response(historyStream({ head, line, readPage }), {
      headers: {
        'content-type': `${type}; charset=utf-8`,
        'content-disposition': `attachment; filename="session-${id}.${ending}"`,
        'cache-control': 'private, no-store',
        'x-content-type-options': 'nosniff',
      },
    });
  });

  return routes;
}

function fileFormat(format: z.infer<typeof Format>, name: string | null) {
  switch (format) {
    case 'jsonl':
      return {
        type: 'application/x-ndjson',
        ending: 'jsonl',
        head: '',
        line: (record: HistoryRecord) => `${JSON.stringify(record)}\n`,
      };
    case 'markdown':
      return { type: 'text/markdown', ending: 'md', head: markdownHeading(name), line: recordToMarkdown };
    default:
      return assertNever(format);
  }
}

interface HistoryFile {
  readonly head: string;
  readonly line: (record: HistoryRecord) => string;
  readonly readPage: (cursor: string | undefined) => Promise<History>;
}

/** Reads a page when the client has taken the one before. A failure breaks the download off: half a file is no file. */
function historyStream(file: HistoryFile): ReadableStream<Uint8Array> {
  const pieces = filePieces(file);
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const piece = await pieces.next();
      if (piece.done === true) controller.close();
      else controller.enqueue(encoder.encode(piece.value));
    },
  });
}

async function* filePieces({ head, line, readPage }: HistoryFile): AsyncGenerator<string, void> {
  let piece = head;
  for (let cursor: string | null | undefined; cursor !== null;) {
    const { messages, next_cursor } = await readPage(cursor);
    piece += messages.map(line).join('');
    // A page may hold nothing that is shown, and a stream takes no empty pieces
    if (piece !== '') yield piece;
    piece = '';
    cursor = next_cursor;
  }
}
