/**
 * Before the ids of people and chats that a bot knows: an Official Account has ids of its own, and an equal one would
 * be somebody else's.
 */
export const BOT_PREFIX = 'bot:';

export const isBots = (chatId: string): boolean => chatId.startsWith(BOT_PREFIX);

/** As Zalo knows it. */
export const withoutPrefix = (id: string): string => (isBots(id) ? id.slice(BOT_PREFIX.length) : id);
