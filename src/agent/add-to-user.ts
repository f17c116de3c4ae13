import type { Message, UserBlock } from '#protocol/message.ts';

/**
 * Goes on with what the user's side says: not every server of the Messages API takes two messages of one role in a row,
 * and all results of one message's calls stand in one, also when some came later. The last message is replaced, so that
 * one that was handed on stays as it was.
 */
export function addToUser(messages: Message[], content: readonly UserBlock[]): void {
  const last = messages.at(-1);
  if (last?.role === 'user')
    messages[messages.length - 1] = { role: 'user', content: [...last.content, ...content] };
  else messages.push({ role: 'user', content: [...content] });
}
