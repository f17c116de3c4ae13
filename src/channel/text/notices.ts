import { escapeMarkdown } from './escape-markdown.ts';

/** What Edgewise itself says in a chat. */
export const turnFailed = 'Sorry, I encountered an error processing your message. Please try again.';
export const nothingSaid = '(No response generated)';
export const nothingAsked = 'Yes? Write what I can do for you.';
export const laterFile =
  'I look at that next. First answer in words, please, or choose one of the answers. /stop ends it.';
export const laterWords =
  'That crossed my question, so I look at it next. First answer the question, please. /stop ends it.';
export const summarised = 'Conversation summarised.';

/** Before a question of another conversation. */
export const askedIn = (title: string): string =>
  title === '' ? '📨 Asked elsewhere:' : `📨 Asked elsewhere, in “${escapeMarkdown(title)}”:`;

export const notLinked =
  'This chat is no longer linked with the account that asked, so it cannot be answered here.';

/** On a message that may have arrived already. */
export const repeatLabel = '(may be a repeat)';

/** What the agent gets in place of `/start`, so that a new user is greeted. */
export const greeting = 'Hello! I have just opened this chat. Who are you, and what can you do for me?';

export const accessDenied = (bot: string, message: string): string =>
  `🤖 **${escapeMarkdown(bot)}**\n\n${message}`;

export const sessionRefreshed = (bot: string): string =>
  banner(
    bot,
    'Session Refreshed',
    'Your previous conversation has expired, so this is a new one. If it should go on from there, tell me in short what it was about.',
  );

export const newSession = (bot: string): string =>
  banner(
    bot,
    'New Session Started',
    'Ready when you are: I can research, write, calculate, read and make files. What shall we work on?',
  );

const banner = (bot: string, title: string, sentence: string): string =>
  `─\n✦ **${escapeMarkdown(bot)}**\n\n${title}\n\n${sentence}`;

/** In place of a file that the platform does not take. `size` in bytes. */
export const fileLink = (name: string, size: number, url: string): string =>
  `📎 **${escapeMarkdown(name)}** (${fileSize(size)})\n<${url}>\n⏰ Link expires in 24h`;

function fileSize(size: number): string {
  if (size < 1024) return `${size} B`;
  if (size < 1024 * 1024) return `${Math.floor(size / 1024)} KB`;
  return `${(size / (1024 * 1024)).toFixed(1)} MB`;
}
