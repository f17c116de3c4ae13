export type Style =
  | { readonly kind: 'bold' | 'italic' | 'strike' | 'code' | 'quote' }
  | { readonly kind: 'pre'; readonly language: string }
  | { readonly kind: 'link'; readonly href: string };

/** From `start` up to, not including, `end`, in UTF-16 code units of the text. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly style: Style;
}

/** A laid-out message without any markup in its text. Each platform writes the spans in its own way. */
export interface StyledText {
  readonly text: string;
  readonly spans: readonly Span[];
}

/** A part of it; spans that cross an edge are cut, so a code block that is cut is a code block on both sides. */
export function sliceStyled({ text, spans }: StyledText, start: number, end = text.length): StyledText {
  const within: Span[] = [];
  for (const span of spans) {
    const from = Math.max(span.start, start);
    const to = Math.min(span.end, end);
    if (from < to) within.push({ start: from - start, end: to - start, style: span.style });
  }
  return { text: text.slice(start, end), spans: within };
}

export function joinStyled(one: StyledText, between: string, other: StyledText): StyledText {
  const shift = one.text.length + between.length;
  return {
    text: `${one.text}${between}${other.text}`,
    spans: [
      ...one.spans,
      ...other.spans.map(({ start, end, style }) => ({ start: start + shift, end: end + shift, style })),
    ],
  };
}

/** Bold within bold is bold once. In the order of their starts, the longer first. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  const lastOfKind = new Map<Style['kind'], number>();
  for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (span.start >= span.end) continue;
    const { kind } = span.style;
    const index = lastOfKind.get(kind) ?? -1;
    const last = merged[index];
    const isFusible = kind === 'bold' || kind === 'italic' || kind === 'strike';
    if (isFusible && last !== undefined && last.end >= span.start) {
      merged[index] = { ...last, end: Math.max(last.end, span.end) };
    } else {
      lastOfKind.set(kind, merged.length);
      merged.push(span);
    }
  }
  return merged;
}
