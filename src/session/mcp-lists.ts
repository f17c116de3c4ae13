import { z } from 'zod';
import type { Clock } from '#lib/clock.ts';
import { ListedTool } from '#mcp/answers.ts';
import type { RemoteServer } from '#mcp/remote-server.ts';
import { tameSchema } from '#mcp/tame-schema.ts';

/** What came of asking a server for its tools. */
export const ListOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tools'), tools: z.array(ListedTool) }),
  z.object({
    kind: z.literal('sign_in'),
    challenge: z.object({ resourceMetadataUrl: z.string().optional(), scope: z.string().optional() }),
  }),
  /** In one sentence, for the model. */
  z.object({ kind: z.literal('unavailable'), problem: z.string() }),
]);
export type ListOutcome = z.infer<typeof ListOutcome>;

interface StoredList {
  readonly outcome: ListOutcome;
  /** Milliseconds since it was asked for. */
  readonly age: number;
}

const Row = z.object({ settings: z.string(), listed_at: z.number(), outcome: z.string() });

/** All tools of a server together; it is part of each request to the model, and a row has an end, too. */
const MAX_CHARACTERS = 400_000;
const MAX_DESCRIPTION = 4_000;

/** The lists as rows: objects are evicted between turns, and no turn should wait for servers it need not. */
export class McpLists {
  readonly #sql: SqlStorage;
  readonly #clock: Clock;

  constructor(sql: SqlStorage, clock: Clock) {
    this.#sql = sql;
    this.#clock = clock;
  }

  /** Undefined: never asked, or with other settings. */
  read(server: RemoteServer): StoredList | undefined {
    const [found] = this.#sql.exec('SELECT * FROM mcp_list WHERE server = ?', server.name).toArray();
    if (found === undefined) return undefined;
    const row = Row.parse(found);
    if (row.settings !== settingsOf(server)) return undefined;
    return { outcome: ListOutcome.parse(JSON.parse(row.outcome)), age: this.#clock.now() - row.listed_at };
  }

  write(server: RemoteServer, outcome: ListOutcome): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO mcp_list (server, settings, listed_at, outcome) VALUES (?, ?, ?, ?)',
      server.name,
      settingsOf(server),
      this.#clock.now(),
      JSON.stringify(outcome),
    );
  }
}

/** What a list depends on. The values of headers may be secrets, and change nothing. */
const settingsOf = ({ url, transport, headers }: RemoteServer): string =>
  JSON.stringify([url, transport, Object.keys(headers)]);

/** Only what is used of the tools, in an order that stays (requests begin with them), and no more of them than fit. */
export function fitting(tools: readonly ListedTool[]): ListedTool[] {
  let left = MAX_CHARACTERS;
  const sorted = tools.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return sorted.flatMap(({ name, description, inputSchema, annotations }) => {
    const tool: ListedTool = {
      name,
      description: description?.slice(0, MAX_DESCRIPTION),
      inputSchema: tameSchema(inputSchema) ?? null,
      annotations: annotations && { readOnlyHint: annotations.readOnlyHint },
    };
    left -= JSON.stringify(tool).length;
    return left < 0 ? [] : [tool];
  });
}
