import { catalog } from '#catalog/catalog.ts';
import { expandCommand } from '#catalog/command.ts';
import type { UserBlock } from '#protocol/message.ts';
import type { Prompt } from '#protocol/prompt.ts';
import { readRow, type Session } from '#session/session.ts';

/**
 * What the model gets instead of the prompt's first text, where that begins with a command of the session's agent;
 * else undefined. It is stored beside the user's words: history and clients show what was typed, and the model sees the
 * same for ever, also when the command is changed later.
 */
export function expandPrompt(session: Session, content: Prompt): string | undefined {
  const text = typeof content === 'string' ? content : content.find((block) => block.type === 'text')?.text;
  if (text === undefined || !text.trimStart().startsWith('/')) return undefined;
  const { commands } = catalog.agent(readRow(session.sql)?.agent_id ?? null);
  return expandCommand(text, commands);
}

/** A stored prompt as the model sees it. */
export function promptForModel(prompt: {
  readonly content: Prompt;
  readonly expansion?: string | undefined;
}): UserBlock[] {
  const { content, expansion } = prompt;
  if (typeof content === 'string') return [{ type: 'text', text: expansion ?? content }];
  if (expansion === undefined) return content;
  const first = content.findIndex(({ type }) => type === 'text');
  return content.map((block, index) => (index === first ? { type: 'text', text: expansion } : block));
}
