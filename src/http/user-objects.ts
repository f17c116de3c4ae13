import type { z } from 'zod';
import type { Result } from '#lib/result.ts';
import type { History, HistoryQuery } from '#protocol/session.ts';
import type { User } from '#protocol/user.ts';

/** A request whose user is verified: only such a name may lead to an object. */
export interface UserContext {
  readonly env: Pick<Env, 'CHAT_SESSION' | 'USER_SPACE'>;
  readonly var: { readonly user: User };
}

/** What these routes ask of a session. Written out, because RPC's own types give up on a record's open fields. */
interface SessionCalls {
  exists(): Promise<boolean>;
  createSession(session: { agent_id: string | null; client_type: string }): Promise<void>;
  readHistory(page: z.infer<typeof HistoryQuery>): Promise<History>;
  compact(instructions: string): Promise<Result<null, string>>;
  setWritableFolders(folders: readonly string[]): Promise<void>;
  destroy(): Promise<void>;
}

export const userSpace = (c: UserContext) => c.env.USER_SPACE.getByName(c.var.user.username);

export const chatSession = (c: UserContext, sessionId: string): SessionCalls =>
  c.env.CHAT_SESSION.getByName(`${c.var.user.username}/${sessionId}`);
