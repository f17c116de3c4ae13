import { z } from 'zod';
import type { Choice, OutboundContent, OutboundFile, OutboundPiece } from '#channel/platform.ts';
import { escapeMarkdown, shorten } from '#channel/text/escape-markdown.ts';
import { nothingSaid } from '#channel/text/notices.ts';
import { numberedChoices } from '#channel/text/numbered-choices.ts';
import { splitText } from '#channel/text/split-text.ts';
import { styleMarkdown } from '#channel/text/style-markdown.ts';
import { joinStyled, type StyledText } from '#channel/text/styled-text.ts';
import { MAX_ENTITIES, messageEntities } from './entities.ts';

/** Ways to say the same, the best first: the next is taken when Telegram does not take the one before. */
export const Request = z.object({
  ways: z
    .array(
      z.object({
        method: z.string(),
        body: z.record(z.string(), z.unknown()),
        /** The field of the form that the file goes in. */
        fileField: z.string().optional(),
      }),
    )
    .min(1),
});
export type Request = z.infer<typeof Request>;
type Way = Request['ways'][number];

const MAX_TEXT = 4096;
const MAX_CAPTION = 1024;
/** https://core.telegram.org/bots/api#inputrichmessage */
const MAX_RICH = 32_768;
const MAX_BUTTON_BYTES = 64;
/** What a phone shows of a button. */
const MAX_LABEL = 60;

export interface FormatOptions {
  /** Tables and headings as Telegram's rich messages, which older apps do not show. */
  readonly rich: boolean;
}

export function format(content: OutboundContent, options: FormatOptions): readonly OutboundPiece[] {
  switch (content.kind) {
    case 'text':
      return textPieces(content.markdown, options);
    case 'choices':
      return choicePieces(content.markdown, content.choices);
    case 'file':
      return filePieces(content.file, content.caption);
  }
}

export const layOut = (markdown: string): StyledText =>
  styleMarkdown(markdown, { links: 'spans', bullet: '•' });

/** What is too long, or too much marked, for one message in several. */
export function textParts(styled: StyledText, max: number = MAX_TEXT): StyledText[] {
  const parts = splitText(styled, max, (part) =>
    messageEntities(part).length > MAX_ENTITIES ? Math.max(max + 1, part.text.length) : part.text.length,
  ).filter((part) => part.text.trim() !== '');
  return parts.length === 0 ? [{ text: nothingSaid, spans: [] }] : parts;
}

const piece = (ways: readonly Way[], file: OutboundFile | null = null): OutboundPiece => ({
  request: { ways },
  file,
});

function textWays(part: StyledText, extra: Readonly<Record<string, unknown>> = {}): Way[] {
  const entities = messageEntities(part);
  const plain: Way = { method: 'sendMessage', body: { text: part.text, ...extra } };
  if (entities.length === 0) return [plain];
  return [{ method: 'sendMessage', body: { text: part.text, entities, ...extra } }, plain];
}

function textPieces(markdown: string, { rich }: FormatOptions): OutboundPiece[] {
  const parts = textParts(layOut(markdown));
  const [only] = parts;
  if (rich && parts.length === 1 && only !== undefined && wantsRich(markdown)) {
    return [piece([{ method: 'sendRichMessage', body: { rich_message: { markdown } } }, ...textWays(only)])];
  }
  return parts.map((part) => piece(textWays(part)));
}

/** Only what a message with entities cannot show is worth the placeholder that older apps show instead. */
export const wantsRich = (markdown: string): boolean =>
  markdown.length <= MAX_RICH && /^\s{0,3}(?:#{1,6}\s|\|.*\|\s*$)/m.test(markdown);

function choicePieces(markdown: string, choices: readonly Choice[]): OutboundPiece[] {
  if (choices.some(({ id }) => new TextEncoder().encode(id).length > MAX_BUTTON_BYTES)) {
    return textPieces(numberedChoices(markdown, choices), { rich: false });
  }
  const details = choices
    .filter(({ label, description }) => description.trim() !== '' || label.length > MAX_LABEL)
    .map(
      ({ label, description }) =>
        `- **${inLine(label)}**${description === '' ? '' : `: ${inLine(description)}`}`,
    );
  const parts = textParts(layOut([markdown, details.join('\n')].filter((part) => part !== '').join('\n\n')));
  const last = parts.pop() ?? { text: nothingSaid, spans: [] };
  const keyboard = choices.map(({ id, label }) => [{ text: shorten(label, MAX_LABEL), callback_data: id }]);
  const labels = choices.map((choice) => ({ ...choice, description: '' }));
  const inWords = textParts(joinStyled(last, '\n\n', layOut(numberedChoices('', labels))));
  return [
    ...parts.map((part) => piece(textWays(part))),
    {
      ...piece(textWays(last, { reply_markup: { inline_keyboard: keyboard } })),
      instead: inWords.map((part) => piece(textWays(part))),
    },
  ];
}

const inLine = (text: string): string => escapeMarkdown(text.replace(/\s+/g, ' ').trim());

const FILE_WAYS: readonly { types: RegExp; method: string; field: string; maxBytes: number }[] = [
  { types: /^image\/(jpeg|png|webp)$/, method: 'sendPhoto', field: 'photo', maxBytes: 10 * 1024 * 1024 },
  { types: /^image\/gif$/, method: 'sendAnimation', field: 'animation', maxBytes: 50 * 1024 * 1024 },
  { types: /^audio\/(ogg|opus)$/, method: 'sendVoice', field: 'voice', maxBytes: 50 * 1024 * 1024 },
  {
    types: /^audio\/(mpeg|mp3|mp4|m4a|x-m4a)$/,
    method: 'sendAudio',
    field: 'audio',
    maxBytes: 50 * 1024 * 1024,
  },
  { types: /^video\/mp4$/, method: 'sendVideo', field: 'video', maxBytes: 50 * 1024 * 1024 },
];

/** As Telegram shows this kind best, else as a document. Whether it is too large for any is seen when it is sent. */
function filePieces(file: OutboundFile, caption: string): OutboundPiece[] {
  const type = file.mimeType.split(';')[0]?.trim().toLowerCase() ?? '';
  const best = FILE_WAYS.find(({ types, maxBytes }) => types.test(type) && file.size <= maxBytes);
  const styled = layOut(caption);
  const isShort = styled.text.length <= MAX_CAPTION;
  const entities = messageEntities(styled);
  const body =
    caption.trim() === '' || !isShort
      ? {}
      : { caption: styled.text, ...(entities.length === 0 ? {} : { caption_entities: entities }) };
  const ways: Way[] = [
    ...(best === undefined ? [] : [{ method: best.method, body, fileField: best.field }]),
    { method: 'sendDocument', body, fileField: 'document' },
  ];
  return [piece(ways, file), ...(isShort ? [] : textParts(styled).map((part) => piece(textWays(part))))];
}
