/** A stretch of code in one colour: positions in the code, and the kind of token. */
export interface Highlighted {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
}

const PIECE = /<span class="([^"]*)">|<\/span>|&(amp|lt|gt|quot|#x27);|[^<&]+/g;

/**
 * The highlighter's markup read as positions, so that the text on the page is coloured where it stands and never
 * replaced: a selection in it stays. Empty when the markup does not spell out `code`.
 */
export function highlightRanges(markup: string, code: string): Highlighted[] {
  const ranges: Highlighted[] = [];
  const open: { from: number; kind: string }[] = [];
  let at = 0;
  for (const [piece, className, entity] of markup.matchAll(PIECE)) {
    if (className !== undefined) open.push({ from: at, kind: kindOf(className) });
    else if (piece === '</span>') {
      const span = open.pop();
      if (span !== undefined && span.kind !== '') ranges.push({ ...span, to: at });
    } else at += entity === undefined ? piece.length : 1;
  }
  return at === code.length ? ranges : [];
}

/** The highlighter's many classes in the few colours the page has. */
const KINDS: Readonly<Record<string, string>> = {
  keyword: 'keyword',
  built_in: 'name',
  type: 'name',
  literal: 'number',
  number: 'number',
  string: 'string',
  regexp: 'string',
  char: 'string',
  subst: '',
  comment: 'comment',
  doctag: 'comment',
  meta: 'comment',
  title: 'title',
  section: 'title',
  attr: 'name',
  attribute: 'name',
  variable: 'name',
  property: 'name',
  symbol: 'number',
  tag: 'keyword',
  name: 'keyword',
  'selector-tag': 'keyword',
  'selector-class': 'title',
  'selector-id': 'title',
  addition: 'string',
  deletion: 'keyword',
  bullet: 'keyword',
};

const kindOf = (className: string): string =>
  KINDS[
    className
      .split(' ')[0]
      ?.replace(/^hljs-/, '')
      .replace(/_$/, '') ?? ''
  ] ?? '';
