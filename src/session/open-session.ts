import { downloadUrl } from '#files/download-url.ts';
import { Workspace } from '#files/workspace.ts';
import { guardFolders } from '#files/writable-folders.ts';
import { workspaceTables } from '#files/workspace-tables.ts';
import { systemClock } from '#lib/clock.ts';
import { createConnections } from '#lib/connections.ts';
import { consoleLog } from '#lib/log.ts';
import { isMigrated, migrate } from '#lib/migrate.ts';
import { liveLinkDeps } from '#mcp/link-deps.ts';
import { createModel } from '#model/create-model.ts';
import { fetchByModel } from '#model/fetch-web.ts';
import { liveModelDeps } from '#model/model-deps.ts';
import { Settings } from '#protocol/settings.ts';
import { Clients } from '#session/clients.ts';
import { EntryStore } from '#session/entry-store.ts';
import { EventStream } from '#session/event-stream.ts';
import { McpLinks } from '#session/mcp-links.ts';
import { McpLists } from '#session/mcp-lists.ts';
import { permissionMode, setPlanning } from '#session/permission-mode.ts';
import { tellSoon } from '#session/run-turns.ts';
import { refusedBlocks } from '#session/refused-blocks.ts';
import type { Session, WakeUp } from '#session/session.ts';
import { sessionTables } from '#session/tables.ts';
import { writableFolders } from '#session/writable-folders.ts';
import { TaskList } from '#session/task-list.ts';
import { createTools } from '#tools/index.ts';
import { chooseSearch } from '#tools/web-search.ts';

/** The object's name was made from a verified user name; nothing a client or a model wrote is in it. */
export function sessionName({ id }: DurableObjectState): {
  readonly username: string;
  readonly sessionId: string;
} {
  const [username, sessionId] = (id.name ?? '').split('/');
  if (username === undefined || sessionId === undefined)
    throw new Error('the object has no name of a session');
  return { username, sessionId };
}

/** The one place that says `new` for what a session works with. */
export function openSession(context: DurableObjectState, env: Env): Session {
  const { username, sessionId } = sessionName(context);
  const settings = Settings.parse(env);
  const { sql } = context.storage;
  const wasStored = isMigrated(sql);
  context.storage.transactionSync(() => {
    migrate(sql, 'session', sessionTables);
    migrate(sql, 'workspace', workspaceTables);
  });

  const clock = systemClock;
  const log = consoleLog;
  // Wrapped, because workerd's fetch refuses to be called as a method of anything
  const connections = createConnections((input, init) => fetch(input, init));
  const { toolFetch } = connections;
  const entries = new EntryStore(sql);
  const clients = new Clients(context, clock);
  const workspace = new Workspace({
    sql,
    transaction: (act) => context.storage.transactionSync(act),
    bucket: env.FILES,
    prefix: `users/${username}/files/${sessionId}`,
    clock,
    log,
  });
  const session: Session = {
    username,
    sessionId,
    settings,
    sql,
    entries,
    clients,
    stream: new EventStream({ clients, log, position: entries.position() }),
    workspace,
    connections,
    model: createModel(settings, { ...liveModelDeps, fetch: connections.fetch }, refusedBlocks(sql)),
    tools: createTools({
      workspace: workspace.guardedBy(guardFolders(() => writableFolders(sql))),
      sessionId,
      linkTo: (path) => downloadUrl({ settings, clock }, { username, sessionId, path }),
      search: chooseSearch(settings, { ...liveModelDeps, fetch: toolFetch }),
      fetchPage: fetchByModel(settings, { ...liveModelDeps, fetch: toolFetch }),
      fetch: toolFetch,
      tasks: new TaskList({ sql, clock }),
      mode: {
        get: () => permissionMode(sql),
        setPlanning: (planning) => setPlanning({ sql, clients }, planning),
      },
    }),
    mcp: new McpLinks(
      liveLinkDeps(username, { env, settings, clock, fetch: toolFetch }),
      new McpLists(sql, clock),
      log,
    ),
    userSpace: env.USER_SPACE,
    channelChats: env.CHANNEL_CHAT,
    db: env.DB,
    files: env.FILES,
    wakeUp: wakeUpBy(context.storage, wasStored),
    sync: () => context.storage.sync(),
    clock,
    secretOf: (name) =>
      Object.entries(env).flatMap(([key, value]) =>
        key === name && typeof value === 'string' ? [value] : [],
      )[0],
    log,
    running: undefined,
    writingHistory: undefined,
    mustRetell: wasStored,
    closed: false,
  };
  clients.onLeft = () => tellSoon(session);
  return session;
}

/** `mayBeSet`: an earlier life of the object may have left an alarm. */
function wakeUpBy(storage: DurableObjectStorage, mayBeSet: boolean): WakeUp {
  let isSet = mayBeSet;
  return {
    set: (at) => {
      isSet = true;
      return storage.setAlarm(at);
    },
    clear: async () => {
      if (!isSet) return;
      isSet = false;
      await storage.deleteAlarm();
    },
  };
}
