import type { InboundMessage } from '#channel/platform.ts';
import { Verbosity } from '#protocol/verbosity.ts';

/** What a message asks of the chat itself, and not of the agent. */
export type Command =
  | { readonly kind: 'new' | 'stop' | 'status' | 'help' }
  | { readonly kind: 'link'; readonly code: string | null }
  | { readonly kind: 'verbosity'; readonly verbosity: Verbosity | null };

const newSessionWords = new Set(['new session', 'new chat', 'reset', 'start over']);
const stopWords = new Set(['stop', 'cancel']);

/** Only a whole message is a command; null where it is for the agent. In groups a command may name the bot: `/new@bot`. */
export function readCommand(text: string): Command | null {
  const words = text.trim().toLowerCase();
  if (newSessionWords.has(words)) return { kind: 'new' };
  if (stopWords.has(words)) return { kind: 'stop' };
  const [, name, argument = ''] = /^\/([a-z]+)(?:@\w+)?(?:\s+(\S+))?$/i.exec(text.trim()) ?? [];
  switch (name?.toLowerCase()) {
    case 'new':
    case 'stop':
    case 'status':
    case 'help':
      return argument === '' ? { kind: plain[name.toLowerCase()] ?? 'help' } : null;
    case 'link':
      return { kind: 'link', code: argument === '' ? null : argument };
    case 'verbosity':
      return { kind: 'verbosity', verbosity: Verbosity.safeParse(argument.toLowerCase()).data ?? null };
    default:
      return null;
  }
}

const plain: Readonly<Record<string, 'new' | 'stop' | 'status' | 'help'>> = {
  new: 'new',
  stop: 'stop',
  status: 'status',
  help: 'help',
};

/** A pressed button or a file is none, whatever stands on it. */
export const commandOf = ({
  choice,
  media,
  text,
}: Pick<InboundMessage, 'choice' | 'media' | 'text'>): Command | null =>
  choice === null && media.length === 0 ? readCommand(text) : null;
