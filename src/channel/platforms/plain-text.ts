import { z } from 'zod';
import type { OutboundContent, OutboundFile, OutboundPiece } from '#channel/platform.ts';
import { nothingSaid } from '#channel/text/notices.ts';
import { numberedChoices } from '#channel/text/numbered-choices.ts';
import { splitText } from '#channel/text/split-text.ts';
import { styleMarkdown } from '#channel/text/style-markdown.ts';

/** What messengers without marks and buttons are sent. */
export const PlainRequest = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string() }),
  /** `caption` is empty where the words go in a message of their own. */
  z.object({ kind: z.literal('file'), caption: z.string() }),
]);
export type PlainRequest = z.infer<typeof PlainRequest>;

export interface PlainLimits {
  /** Characters of a text. */
  readonly maxText: number;
  /** Whether words can go with this file. */
  hasCaption(file: OutboundFile): boolean;
}

/** Text without marks: what says something only by its layout (tables, links, lists) is written out. */
export function formatPlain(content: OutboundContent, limits: PlainLimits): readonly OutboundPiece[] {
  switch (content.kind) {
    case 'text':
      return textPieces(content.markdown, limits);
    case 'choices':
      return textPieces(numberedChoices(content.markdown, content.choices), limits);
    case 'file':
      return filePieces(content.file, content.caption, limits);
  }
}

function texts(markdown: string, { maxText }: PlainLimits): string[] {
  const parts = splitText(styleMarkdown(markdown, { links: 'written', bullet: '•' }), maxText)
    .map(({ text }) => text)
    .filter((text) => text.trim() !== '');
  return parts.length === 0 ? [nothingSaid] : parts;
}

const piece = (request: PlainRequest, file: OutboundFile | null = null): OutboundPiece => ({ request, file });

const textPieces = (markdown: string, limits: PlainLimits): OutboundPiece[] =>
  texts(markdown, limits).map((text) => piece({ kind: 'text', text }));

function filePieces(file: OutboundFile, caption: string, limits: PlainLimits): OutboundPiece[] {
  if (caption.trim() === '') return [piece({ kind: 'file', caption: '' }, file)];
  const words = texts(caption, limits);
  const [only] = words;
  if (words.length === 1 && only !== undefined && limits.hasCaption(file)) {
    return [piece({ kind: 'file', caption: only }, file)];
  }
  return [piece({ kind: 'file', caption: '' }, file), ...words.map((text) => piece({ kind: 'text', text }))];
}
