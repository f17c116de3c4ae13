import { z } from 'zod';
import type { Choice, OutboundContent, OutboundFile, OutboundPiece } from '#channel/platform.ts';
import { shorten } from '#channel/text/escape-markdown.ts';
import { nothingSaid } from '#channel/text/notices.ts';
import { numberedChoices } from '#channel/text/numbered-choices.ts';
import { splitText } from '#channel/text/split-text.ts';
import { styleMarkdown } from '#channel/text/style-markdown.ts';
import { mediaKind } from './media-kind.ts';
import { writeMarks } from './write-marks.ts';

export const Request = z.discriminatedUnion('kind', [
  /** The body of the message, whole but for whom it goes to. */
  z.object({ kind: z.literal('message'), body: z.record(z.string(), z.unknown()) }),
  z.object({ kind: z.literal('file'), caption: z.string() }),
]);
export type Request = z.infer<typeof Request>;

/** https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages */
const MAX_TEXT = 4096;
const MAX_CAPTION = 1024;
const MAX_QUESTION = 1024;
const PLEASE = 'Please choose:';
const BUTTONS = { most: 3, title: 20 };
const ROWS = { most: 10, title: 24, description: 72 };

export function format(content: OutboundContent): readonly OutboundPiece[] {
  switch (content.kind) {
    case 'text':
      return textPieces(content.markdown);
    case 'choices':
      return choicePieces(content.markdown, content.choices);
    case 'file':
      return filePieces(content.file, content.caption);
  }
}

function texts(markdown: string): string[] {
  const styled = styleMarkdown(markdown, { links: 'written', bullet: '-' });
  const parts = splitText(styled, MAX_TEXT, (part) => writeMarks(part).length)
    .map(writeMarks)
    .filter((text) => text.trim() !== '');
  return parts.length === 0 ? [nothingSaid] : parts;
}

const piece = (request: Request, file: OutboundFile | null = null): OutboundPiece => ({ request, file });
const textPiece = (body: string): OutboundPiece =>
  piece({ kind: 'message', body: { type: 'text', text: { preview_url: false, body } } });

const textPieces = (markdown: string): OutboundPiece[] => texts(markdown).map(textPiece);

function choicePieces(markdown: string, choices: readonly Choice[]): OutboundPiece[] {
  const action = buttons(choices) ?? list(choices);
  if (action === null) return textPieces(numberedChoices(markdown, choices));
  const question = texts(markdown);
  const [only] = question;
  const isShort = question.length === 1 && only !== undefined && only.length <= MAX_QUESTION;
  const interactive = { ...action, body: { text: isShort ? only : PLEASE } };
  return [
    ...(isShort ? [] : question.map(textPiece)),
    {
      ...piece({ kind: 'message', body: { type: 'interactive', interactive } }),
      instead: textPieces(numberedChoices(isShort ? markdown : PLEASE, choices)),
    },
  ];
}

function buttons(choices: readonly Choice[]): { type: string; action: unknown } | null {
  const isFit = choices.every(
    ({ label, description }) => label.length <= BUTTONS.title && description === '',
  );
  if (choices.length === 0 || choices.length > BUTTONS.most || !isFit || !haveDistinctLabels(choices))
    return null;
  const replies = choices.map(({ id, label }) => ({ type: 'reply', reply: { id, title: label } }));
  return { type: 'button', action: { buttons: replies } };
}

/** A label that is too long for a title is there in whole below it. What would be cut is said in words. */
function list(choices: readonly Choice[]): { type: string; action: unknown } | null {
  const rows = choices.map(({ id, label, description }) => {
    const title = label.length <= ROWS.title ? label : shorten(label, ROWS.title - 2);
    const below = title === label ? description : label;
    return { id, title, ...(below === '' ? {} : { description: shorten(below, ROWS.description - 1) }) };
  });
  const isFit = choices.every(
    ({ label, description }) =>
      label.length <= (description === '' ? ROWS.description - 1 : ROWS.title) &&
      description.length <= ROWS.description - 1,
  );
  if (rows.length === 0 || rows.length > ROWS.most || !isFit || !haveDistinctLabels(choices)) return null;
  return { type: 'list', action: { button: 'Choose', sections: [{ title: 'Choices', rows }] } };
}

/** WhatsApp takes no two buttons of one title, and no empty one. */
const haveDistinctLabels = (choices: readonly Choice[]): boolean =>
  new Set(choices.map(({ label }) => label)).size === choices.length &&
  choices.every(({ label }) => label.trim() !== '');

/** Audio has no caption on WhatsApp. */
function filePieces(file: OutboundFile, caption: string): OutboundPiece[] {
  if (caption.trim() === '') return [piece({ kind: 'file', caption: '' }, file)];
  const words = texts(caption);
  const [only] = words;
  const isFit = words.length === 1 && only !== undefined && only.length <= MAX_CAPTION;
  if (isFit && mediaKind(file)?.kind !== 'audio') return [piece({ kind: 'file', caption: only }, file)];
  return [piece({ kind: 'file', caption: '' }, file), ...words.map(textPiece)];
}
