import { foldText } from '#lib/fold-text.ts';

interface Piece {
  readonly text: string;
  readonly match: boolean;
}

/** In UTF-16 units: so much of a line in a narrow list leaves the match in sight. */
const LEAD = 24;

/** `text` in pieces, those marked in which the search finds the query: as a whole, in any case, with any accents. Joined, they are `text`. */
export function markMatches(text: string, query: string): readonly Piece[] {
  const needle = foldText(query).trim();
  if (needle === '') return [{ text, match: false }];
  const { folded, offsets } = foldKeepingOffsets(text);
  const pieces: Piece[] = [];
  let done = 0;
  for (let at = folded.indexOf(needle); at >= 0; at = folded.indexOf(needle, at + needle.length)) {
    const from = offsets[at] ?? text.length;
    const to = offsets[at + needle.length] ?? text.length;
    pieces.push({ text: text.slice(done, from), match: false }, { text: text.slice(from, to), match: true });
    done = to;
  }
  return [...pieces, { text: text.slice(done), match: false }].filter((piece) => piece.text !== '');
}

/** The same, without what stands far before the first match: where there is room for a line or two, it has to be in them. */
export function excerptPieces(text: string, query: string): readonly Piece[] {
  const [first, ...rest] = markMatches(text, query);
  if (first === undefined) return [];
  if (first.match || rest.length === 0 || first.text.length <= LEAD) return [first, ...rest];
  const lead = first.text.slice(-LEAD);
  const word = lead.search(/(?<=\s)\S/);
  const cut = word < 0 ? lead.replace(/^[\uDC00-\uDFFF]/, '') : lead.slice(word);
  return [{ text: `…${cut}`, match: false }, ...rest];
}

/** `offsets`: for each unit of the folded text, where in `text` the character begins that it comes from. */
function foldKeepingOffsets(text: string) {
  let folded = '';
  let offset = 0;
  const offsets: number[] = [];
  for (const character of text) {
    const piece = foldText(character);
    folded += piece;
    for (let unit = 0; unit < piece.length; unit++) offsets.push(offset);
    offset += character.length;
  }
  return { folded, offsets };
}
