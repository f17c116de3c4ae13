import { z } from 'zod';
import { promptText, Prompt } from '#protocol/prompt.ts';
import type { HistoryRecord } from '#protocol/session.ts';
import { fail, succeed } from '#lib/result.ts';
import { looks, noSession, offer } from '#mcp/server-tool.ts';
import { SessionParameter } from '#mcp/server-parameters.ts';
import type { ServerSession } from '#mcp/server-user.ts';

const ListedSession = z.object({
  session_id: z.string(),
  name: z.string().nullable().describe('Its title, or the name the user gave it'),
  first_message: z.string().nullable().describe('How the first prompt begins'),
  agent_id: z.string().nullable().describe('The agent it was begun with; null is the default agent'),
  created_at: z.string().describe('ISO 8601, UTC'),
  updated_at: z.string().describe('When the last turn ended, ISO 8601, UTC'),
  turn_count: z.number().int().describe('How many prompts were answered'),
});

export const listSessions = offer({
  name: 'list_sessions',
  title: 'List sessions',
  description: "Lists the user's conversations with agents, newest first, page by page.",
  input: z.object({
    limit: z.number().int().min(1).max(100).default(20).describe('Sessions a page'),
    cursor: z.string().optional().describe('next_cursor of the page before'),
    archived: z.boolean().default(false).describe('Those in the archive instead of those in use'),
  }),
  output: z.object({
    sessions: z.array(ListedSession),
    next_cursor: z.string().nullable().describe('Pass it as cursor for the next page; null at the end'),
  }),
  annotations: looks,
  async run({ cursor, ...query }, { user }) {
    if (cursor !== undefined && !/^\d{1,15}\.\d{1,15}$/.test(cursor)) return fail(badCursor);
    const page = await user.listSessions({ ...query, ...(cursor !== undefined && { cursor }) });
    const sessions = page.sessions.map((session) => ListedSession.parse(session));
    return succeed({ output: { sessions, next_cursor: page.next_cursor } });
  },
});

export const searchSessions = offer({
  name: 'search_sessions',
  title: 'Search sessions',
  description:
    "Finds the user's sessions in which a text occurs, best first: in names, prompts, answers and the work of tools. " +
    'It looks for the text as it stands, in any case, so search for one word or phrase.',
  input: z.object({
    query: z.string().trim().min(1).max(1_000).describe('The text to find'),
    limit: z.number().int().min(1).max(100).default(20).describe('Sessions at most'),
  }),
  output: z.object({
    results: z.array(
      z.object({
        session_id: z.string(),
        name: z.string().nullable(),
        created_at: z.string().describe('ISO 8601, UTC'),
        match_count: z.number().int().describe('In how many lines it occurs'),
        snippet: z.string().describe('The first place, with what stands around it'),
      }),
    ),
  }),
  annotations: looks,
  async run({ query, limit }, { user }) {
    const { results } = await user.search({ query, max_results: limit });
    return succeed({
      output: {
        results: results.map(({ session_id, name, created_at, match_count, snippet }) => ({
          session_id,
          name,
          created_at,
          match_count,
          snippet,
        })),
      },
    });
  },
});

const Line = z.object({
  role: z.enum(['user', 'assistant', 'tool_use', 'tool_result']),
  text: z.string(),
  tool_name: z.string().nullable().describe('Of a tool_use: which tool'),
  at: z.string().describe('ISO 8601, UTC'),
});
type Line = z.infer<typeof Line>;

export const readSession = offer({
  name: 'read_session',
  title: 'Read a session',
  description:
    'Reads what was said and done in a session, oldest first: its last lines, or, with a cursor, all of it page by page.',
  input: z.object({
    session_id: SessionParameter,
    limit: z.number().int().min(1).max(200).default(50).describe('Lines at most'),
    cursor: z
      .string()
      .optional()
      .describe(
        '"start" reads from the beginning, next_cursor goes on from there; without it, the last lines',
      ),
  }),
  output: z.object({
    session_id: z.string(),
    lines: z.array(Line),
    next_cursor: z.string().nullable().describe('Null at the end'),
  }),
  annotations: looks,
  async run({ session_id, limit, cursor }, { user }) {
    if (cursor !== undefined && !/^(start|\d{1,16}\.\d{1,6})$/.test(cursor)) return fail(badCursor);
    const session = user.session(session_id);
    if (!(await session.exists())) return fail(noSession(session_id));
    if (cursor === undefined) {
      const lines = await lastLines(session, limit);
      return succeed({ output: { session_id, lines, next_cursor: null } });
    }
    const page = await session.readHistory({ limit, ...(cursor !== 'start' && { cursor }) });
    const lines = page.messages.flatMap(toLine);
    return succeed({ output: { session_id, lines, next_cursor: page.next_cursor } });
  },
});

export const lastLines = async (session: ServerSession, limit: number): Promise<Line[]> =>
  (await session.newestRecords(limit)).flatMap(toLine);

/** A tool's output can be as long as a book, and the model that reads this has no room for it. */
const MAX_LINE = 8_000;

function toLine({ role, content, tool_name, timestamp, metadata }: HistoryRecord): Line[] {
  if (role === 'system' || role === 'event' || metadata['block_type'] === 'thinking') return [];
  const blocks = Prompt.safeParse(content);
  const whole = blocks.success ? promptText(blocks.data) : JSON.stringify(content);
  const rest = whole.length - MAX_LINE;
  const shown = rest > 0 ? `${whole.slice(0, MAX_LINE)}… (${rest} more characters)` : whole;
  return [{ role, text: shown, tool_name, at: timestamp }];
}

const badCursor = 'This is no cursor. Pass next_cursor of the page before as it came, or leave it out.';
