/** How many letters must change, come or go to make one word of the other (Levenshtein). */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(left).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(right).entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The word that was probably meant; `undefined` when none is near. */
export function closest(typed: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((word) => ({ word, far: word.startsWith(typed) ? 0.5 : distance(typed.toLowerCase(), word) }))
    .filter(({ far, word }) => far <= 2 && far < word.length / 1.5)
    .sort((a, b) => a.far - b.far);
  return ranked[0]?.word;
}
