import { shorten } from '#channel/text/escape-markdown.ts';
import type { Message } from './update.ts';

/** What of a message is neither text nor file, in words: the message it answers, and what it shows. */
export function annotations(message: Message): { quote: string[]; content: string[] } {
  const { reply_to_message: quoted, venue, location, contact, poll, sticker } = message;
  const isTopicStart = quoted?.message_id === message.message_thread_id;
  const words = message.quote?.text ?? quoted?.text ?? quoted?.caption;
  const content: string[] = [];
  if (venue !== undefined) content.push(place(venue.location, [venue.title, venue.address]));
  else if (location !== undefined) content.push(place(location, []));
  if (contact !== undefined) {
    const name = [contact.first_name, contact.last_name].filter((part) => part !== undefined).join(' ');
    content.push(`[Contact: ${inLine(name)}, ${inLine(contact.phone_number)}]`);
  }
  if (poll !== undefined) {
    content.push(
      `[Poll: ${inLine(poll.question)} — ${poll.options.map(({ text }) => inLine(text)).join(' / ')}]`,
    );
  }
  if (sticker?.is_animated === true || sticker?.is_video === true) {
    content.push(`[Sticker: ${sticker.emoji ?? 'animated'}]`);
  }
  return {
    quote: words === undefined || words === '' || isTopicStart ? [] : [`[Reply to: "${inLine(words)}"]`],
    content,
  };
}

const place = (at: { latitude: number; longitude: number }, names: readonly string[]): string =>
  `[Location: ${at.latitude},${at.longitude}${names.length === 0 ? '' : ` — ${names.map(inLine).join(', ')}`}]`;

const inLine = (text: string): string => shorten(text.replace(/\s+/g, ' ').trim(), 300);
