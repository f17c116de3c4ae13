import { chatSession, userSpace, type UserContext } from '#http/user-objects.ts';

/**
 * Deletes a session with its history and files; one that does not exist is deleted already. Contract: as long as
 * anything of it is left it is still listed, so that an interrupted deletion can be seen, and repeated.
 */
export async function removeSession(c: UserContext, sessionId: string): Promise<void> {
  await chatSession(c, sessionId).destroy();
  await userSpace(c).removeSessions([sessionId]);
}
