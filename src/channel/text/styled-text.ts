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
  return {
    text: text.slice(start, end),
    spans: spans.flatMap((span) => {
      const from = Math.max(span.start, start);
      const to = Math.min(span.end, end);
      return from < to ? [{ ...span, start: from - start, end: to - start }] : [];
    }),
  };
}

/** Bold within bold is bold once. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (span.start >= span.end) continue;
    const index = merged.findLastIndex(
      (other) => other.style.kind === span.style.kind && isFusible(span) && other.end >= span.start,
    );
    const other = merged[index];
    if (other === undefined) merged.push(span);
    else merged[index] = { ...other, end: Math.max(other.end, span.end) };
  }
  return merged;
}

const isFusible = ({ style: { kind } }: Span): boolean =>
  kind === 'bold' || kind === 'italic' || kind === 'strike';
