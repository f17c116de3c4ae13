/** The shortest name that still means this thing alone. */
export function shortName(
  things: readonly { readonly name: string }[],
  { name }: { readonly name: string },
): string {
  const short = name.slice(name.indexOf(':') + 1);
  return byShortName(things, short)?.name === name ? short : name;
}

/**
 * What a name written by a person or a model means: the thing of that name, else the only one that has it after the
 * plugin's, as `writing-tools:summarize` has `summarize`.
 */
export function byShortName<Thing extends { readonly name: string }>(
  things: readonly Thing[],
  written: string,
): Thing | undefined {
  const exact = things.find(({ name }) => name === written);
  if (exact !== undefined) return exact;
  const short = things.filter(({ name }) => name.endsWith(`:${written}`));
  return short.length === 1 ? short[0] : undefined;
}
