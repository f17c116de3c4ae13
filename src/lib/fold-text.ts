/** Letters that are variants of another to a searcher, though Unicode does not decompose them. */
const variants: Readonly<Record<string, string>> = { đ: 'd', ð: 'd', ı: 'i', ł: 'l', ø: 'o', ς: 'σ' };

/**
 * Text as it is searched: without case, without the accents of Latin, Greek and Cyrillic. Marks of other scripts
 * stay, because there they make different words. NUL would end a query's text early, so it becomes a space.
 */
export function foldText(text: string): string {
  return text
    .toWellFormed()
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f]+/g, '')
    .normalize('NFC')
    .replace(/[đðıłøς]/g, (letter) => variants[letter] ?? letter)
    .replaceAll('\0', ' ');
}
