import { createMiddleware } from 'hono/factory';
import { chatSession, type UserContext } from '#http/user-objects.ts';
import { HistoryQuery, SessionId, type History } from '#protocol/session.ts';

/**
 * Answers who asks for a history without naming a limit: all of it, however long. Where one object cannot send it in
 * one piece it is read page by page, and never all in memory.
 */
export const wholeHistory = createMiddleware<{ Bindings: UserContext['env']; Variables: UserContext['var'] }>(
  async (c, next) => {
    const query = HistoryQuery.safeParse({ cursor: c.req.query('cursor') });
    // The route itself refuses what does not fit
    if (c.req.query('limit') !== undefined || !query.success) return next();
    const session = chatSession(c, SessionId.parse(c.req.param('session_id')));
    const first = await session.readHistory(query.data);
    if (first.next_cursor === null) return c.json(first);
    const pages = joinPages(first, (cursor) => session.readHistory({ cursor }));
    return new Response(pages, { headers: { 'content-type': 'application/json' } });
  },
);

/** The JSON that one piece would have been. What is told once comes from the last page: the session may have gone on. */
function joinPages(
  first: History,
  readPage: (cursor: string) => Promise<History>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let page = first;
  let opening = '{"messages":[';
  return new ReadableStream({
    async pull(controller) {
      const records = page.messages.map((record) => JSON.stringify(record)).join(',');
      controller.enqueue(encoder.encode(`${opening}${records}`));
      opening = ',';
      if (page.next_cursor !== null) {
        page = await readPage(page.next_cursor);
        return;
      }
      const { messages: _, ...rest } = page;
      controller.enqueue(encoder.encode(`],${JSON.stringify(rest).slice(1)}`));
      controller.close();
    },
  });
}
