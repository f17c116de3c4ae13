/** `text` in pieces, those that match a word of the query marked. Joined, they are `text`. */
export function markMatches(text: string, query: string): { text: string; match: boolean }[] {
  const wanted = query.split(/\s+/).filter((word) => word !== '');
  if (wanted.length === 0) return [{ text, match: false }];
  const pattern = wanted.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  return text
    .split(new RegExp(`(${pattern})`, 'giu'))
    .map((piece, index) => ({ text: piece, match: index % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}
