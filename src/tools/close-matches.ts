const maxMatches = 3;

/** The paths most like one that does not exist: the same name elsewhere, another extension, or a slip of the keys. */
export function closeMatches(wanted: string, paths: readonly string[]): string[] {
  const name = nameOf(wanted);
  return paths
    .map((path) => ({ path, distance: distanceOf(name, nameOf(path)) }))
    .filter(({ distance }) => distance <= 3)
    .sort((left, right) => left.distance - right.distance || (left.path < right.path ? -1 : 1))
    .slice(0, maxMatches)
    .map(({ path }) => path);
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1).toLowerCase();
const stemOf = (name: string) => name.replace(/\.[^.]*$/, '');

function distanceOf(wanted: string, name: string): number {
  if (name === wanted) return 0;
  if (stemOf(name) === stemOf(wanted)) return 1;
  // Two slips in a short name make another name.
  const slips = editDistance(wanted, name);
  return slips <= Math.min(2, Math.floor(wanted.length / 3)) ? 1 + slips : Infinity;
}

/** Levenshtein's, for two names: the fewest characters to insert, drop or change. */
function editDistance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > 2) return Infinity;
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let index = 0; index < from.length; index += 1) {
    const next = [index + 1];
    for (let column = 0; column < to.length; column += 1) {
      const change = (row[column] ?? 0) + (to[column] === from[index] ? 0 : 1);
      next.push(Math.min(change, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
