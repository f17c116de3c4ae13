import type { CommandCall } from '#cli/command.ts';
import { connect } from '#cli/chat/connection.ts';
import type { Conversation, Listener } from '#cli/chat/conversation.ts';
import { converse } from '#cli/chat/sse-connection.ts';
import { CliFailure, exitCode } from '#cli/failure.ts';
import type { History } from '#protocol/session.ts';

export interface ChatStart {
  readonly mode: 'ws' | 'sse';
  readonly agentId: string | undefined;
  /** A session to go on with; a new one when absent. */
  readonly sessionId: string | undefined;
}

export interface Opened {
  readonly conversation: Conversation;
  /** What was said before, when a session is gone on with. */
  readonly history: History | undefined;
}

/** Opens a session where its history ends: what is in the history is not sent again. */
export async function openConversation(
  { api, access, config }: CommandCall,
  { mode, agentId, sessionId }: ChatStart,
  listener: Listener,
): Promise<Opened> {
  const history = sessionId === undefined ? undefined : await api.history(sessionId);
  if (mode === 'sse') {
    if (history !== undefined && history.messages.length === 0 && history.first_message === null) {
      throw new CliFailure(
        exitCode.notFound,
        `There is no session ${sessionId}. \`npx edgewise sessions\` lists yours.`,
      );
    }
    return { conversation: converse({ api, listener, agentId, sessionId }), history };
  }
  const resume = sessionId === undefined ? undefined : { sessionId, lastEvent: history?.last_event ?? 0 };
  return {
    conversation: await connect({ server: config.server, access, listener, agentId, resume }),
    history,
  };
}
