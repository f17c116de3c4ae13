import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { Workspace } from '#files/workspace.ts';
import { workspaceTables } from '#files/workspace-tables.ts';
import { systemClock, type Clock } from '#lib/clock.ts';

const silentLog = { info() {}, warn() {}, error() {} };

/** Runs with a new, empty workspace in an object of its own. The tables are made by hand: the object has others too. */
export async function withWorkspace<Value>(
  use: (workspace: Workspace, prefix: string, sql: SqlStorage) => Promise<Value>,
  { clock = systemClock, bucket = env.FILES }: { readonly clock?: Clock; readonly bucket?: R2Bucket } = {},
): Promise<Value> {
  const prefix = `files/${crypto.randomUUID()}`;
  return runInDurableObject(env.CHAT_SESSION.getByName(prefix), async (_, { storage }) => {
    const exists = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'workspace_entry'").toArray();
    if (exists.length === 0) for (const step of workspaceTables) storage.sql.exec(step);
    const workspace = new Workspace({
      sql: storage.sql,
      transaction: (work) => storage.transactionSync(work),
      bucket,
      prefix,
      clock,
      log: silentLog,
    });
    return use(workspace, prefix, storage.sql);
  });
}

export async function objectKeys(prefix: string): Promise<string[]> {
  return (await env.FILES.list({ prefix })).objects.map(({ key }) => key);
}
