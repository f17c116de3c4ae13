import type { Span, StyledText } from '#channel/text/styled-text.ts';

/** https://core.telegram.org/bots/api#messageentity: offsets in UTF-16 code units, as JavaScript counts. */
export interface MessageEntity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly language?: string;
  readonly url?: string;
}

/** Telegram ignores the entities of a message after this many. */
export const MAX_ENTITIES = 100;

/** Telegram allows no other marks on code, and no code in the words of a link. */
export function messageEntities({ spans }: StyledText): MessageEntity[] {
  const links = spans.filter(({ style }) => style.kind === 'link');
  const code = spans.filter((span) => isCode(span) && !links.some((link) => overlap(link, span)));
  return spans
    .flatMap((span) => {
      if (isCode(span)) return code.includes(span) ? [span] : [];
      const { kind } = span.style;
      return kind === 'link' || kind === 'quote' ? [span] : without(span, code);
    })
    .map(entity)
    .toSorted((one, other) => one.offset - other.offset || other.length - one.length);
}

const isCode = ({ style }: Span): boolean => style.kind === 'code' || style.kind === 'pre';
const overlap = (one: Span, other: Span): boolean => one.start < other.end && other.start < one.end;

/** What remains of a span outside of the holes. */
function without(span: Span, holes: readonly Span[]): Span[] {
  const parts: Span[] = [];
  let start = span.start;
  for (const hole of holes.filter((one) => overlap(one, span))) {
    if (hole.start > start) parts.push({ ...span, start, end: hole.start });
    start = Math.max(start, hole.end);
  }
  if (start < span.end) parts.push({ ...span, start });
  return parts;
}

function entity({ start, end, style }: Span): MessageEntity {
  const place = { offset: start, length: end - start };
  switch (style.kind) {
    case 'strike':
      return { type: 'strikethrough', ...place };
    case 'quote':
      return { type: 'blockquote', ...place };
    case 'link':
      return { type: 'text_link', ...place, url: style.href };
    case 'pre':
      return { type: 'pre', ...place, ...(style.language === '' ? {} : { language: style.language }) };
    default:
      return { type: style.kind, ...place };
  }
}
