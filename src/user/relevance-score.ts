interface Occurrence {
  /** Lines the session has. */
  readonly lines: number;
  readonly hit: { readonly matches: number; readonly first: number } | undefined;
  readonly isNamed: boolean;
}

/**
 * How much of a session is about the query, and how early that begins, from 0 to 1. The name stands on the first
 * line: a name that matches makes that line match, so a hit in a name is never too faint to be shown.
 */
export function relevanceScore({ lines, hit, isNamed }: Occurrence): { score: number; matches: number } {
  const total = Math.max(lines, 1);
  const first = isNamed ? 0 : (hit?.first ?? 0);
  const matches = (hit?.matches ?? 0) + (isNamed && hit?.first !== 0 ? 1 : 0);
  const score = 0.7 * Math.min(matches / total, 1) + 0.3 * (1 - first / total);
  return { score, matches };
}
