import { downloadUrl } from '#files/download-url.ts';
import type { AppEnv } from '#http/app-env.ts';
import { sendFile } from '#http/send-file.ts';
import { sessionStub } from '#http/upload-file.ts';
import { systemClock } from '#lib/clock.ts';
import type { ServerSession, ServerUser } from '#mcp/server-user.ts';
import type { User } from '#protocol/user.ts';

const LINK_SECONDS = 3600;

/** A request whose bearer token was verified. */
interface BearerContext {
  readonly env: Env;
  readonly var: { readonly user: User; readonly settings: AppEnv['Variables']['settings'] };
}

/** What the tools may do, over the objects of the verified user. */
export function mcpUser({ env, var: { user, settings } }: BearerContext): ServerUser {
  const space = env.USER_SPACE.getByName(user.username);
  return {
    listSessions: (query) => space.listSessions(query),
    search: (request) => space.search(request),
    newSessionId: () => crypto.randomUUID(),
    session: (id) => ({
      ...calls(() => sessionStub(env, user.username, id)),
      id,
      openFile: (path, from) =>
        sendFile(
          {
            stub: sessionStub(env, user.username, id),
            bucket: env.FILES,
            headers: new Headers(from === 0 ? {} : { Range: `bytes=${from}-` }),
          },
          path,
        ),
      fileLink: (path) =>
        downloadUrl(
          { settings, clock: systemClock },
          { username: user.username, sessionId: id, path },
          LINK_SECONDS,
        ),
    }),
  };
}

type Calls = Omit<ServerSession, 'id' | 'openFile' | 'fileLink'>;

/**
 * Calls over one stub arrive in order. One that failed, because its object was replaced by a newer version, fails for
 * ever: the next call gets a new one. Written out, because RPC's own types give up on a record's open fields.
 */
function calls(connect: () => Calls): Calls {
  let stub = connect();
  const ask = async <Answer>(call: (current: Calls) => Promise<Answer>): Promise<Answer> => {
    try {
      return await call(stub);
    } catch (error) {
      stub = connect();
      throw error;
    }
  };
  return {
    exists: () => ask((current) => current.exists()),
    readHistory: (page) => ask((current) => current.readHistory(page)),
    newestRecords: (limit) => ask((current) => current.newestRecords(limit)),
    listFiles: () => ask((current) => current.listFiles()),
    writeFile: (path, bytes) => ask((current) => current.writeFile(path, bytes)),
    converse: (prompt) => ask((current) => current.converse(prompt)),
    follow: (lastEvent) => ask((current) => current.follow(lastEvent)),
    reply: (toolUseId, reply) => ask((current) => current.reply(toolUseId, reply)),
    interrupt: () => ask((current) => current.interrupt()),
    waitingCalls: () => ask((current) => current.waitingCalls()),
  };
}
