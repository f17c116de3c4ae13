import type { Entity, Message } from './update.ts';

/** Who the bot is: the number before the colon of its token, and its name where it is set. */
export interface Bot {
  readonly id: string;
  /** Without `@`. Null: any name that ends in `bot`, as all bots' names have to, is taken for its own. */
  readonly userName: string | null;
}

/** Whether a message of a group is meant for the bot, and its text without the bot's name. */
export function readMentions(message: Message, bot: Bot): { text: string; isAddressed: boolean } {
  const source = message.text ?? message.caption ?? '';
  const entities = (message.text === undefined ? message.caption_entities : message.entities) ?? [];
  let text = source;
  let isAddressed = isReplyTo(message, bot);
  for (const entity of entities.toSorted((one, other) => other.offset - one.offset)) {
    const words = source.slice(entity.offset, entity.offset + entity.length);
    const name = nameWithin(entity, words, bot);
    if (name === null) continue;
    isAddressed = true;
    const end = entity.offset + entity.length;
    const before = text.slice(0, end - name.length);
    const after = text.slice(end);
    text = before + (/(^|\s)$/.test(before) ? after.replace(/^[ ,:]+/, '') : after);
  }
  return { text: text.trim(), isAddressed };
}

/** The part of the entity that names the bot: empty for `/new`, null where it names nobody or another. */
function nameWithin({ type, user }: Entity, words: string, bot: Bot): string | null {
  if (type === 'text_mention') return String(user?.id) === bot.id ? words : null;
  if (type === 'mention') return isNameOf(words, bot) ? words : null;
  if (type !== 'bot_command') return null;
  const at = words.indexOf('@');
  if (at < 0) return '';
  const name = words.slice(at);
  return isNameOf(name, bot) ? name : null;
}

function isNameOf(mention: string, { userName }: Bot): boolean {
  return userName === null
    ? /bot$/i.test(mention)
    : mention.toLowerCase() === `@${userName.replace(/^@/, '').toLowerCase()}`;
}

/** Every message of a topic "replies" to the one that opened it. */
const isReplyTo = ({ reply_to_message: quoted, message_thread_id }: Message, bot: Bot): boolean =>
  quoted !== undefined && quoted.message_id !== message_thread_id && String(quoted.from?.id) === bot.id;
