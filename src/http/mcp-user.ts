import { fileSigningKey } from '#accounts/keys.ts';
import { signLink } from '#files/signed-link.ts';
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
      ...calls(sessionStub(env, user.username, id)),
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
      async fileLink(path) {
        const key = await fileSigningKey(settings);
        if (key === null) return null;
        const x = Math.floor(systemClock.now() / 1000) + LINK_SECONDS;
        const n = crypto.randomUUID().slice(0, 6);
        const token = await signLink({ u: user.username, c: id, p: `${id}/${path}`, x, n }, key);
        return `${settings.BACKEND_PUBLIC_URL.replace(/\/$/, '')}/api/v1/files/dl/${token}`;
      },
    }),
  };
}

type Calls = Omit<ServerSession, 'id' | 'openFile' | 'fileLink'>;

/** Written out, because RPC's own types give up on a record's open fields. */
const calls = (stub: Calls): Calls => ({
  exists: () => stub.exists(),
  readHistory: (page) => stub.readHistory(page),
  listFiles: () => stub.listFiles(),
  writeFile: (path, bytes) => stub.writeFile(path, bytes),
  converse: (prompt) => stub.converse(prompt),
  follow: (lastEvent) => stub.follow(lastEvent),
  reply: (toolUseId, reply) => stub.reply(toolUseId, reply),
  interrupt: () => stub.interrupt(),
  waitingCalls: () => stub.waitingCalls(),
});
