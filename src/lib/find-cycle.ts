/**
 * A circle in what depends on what, as the names along it with the first once more at the end; empty if there is none.
 * Names that are not keys depend on nothing.
 */
export function findCycle(dependencies: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const walk = (name: string, way: readonly string[]): readonly string[] => {
    const at = way.indexOf(name);
    if (at >= 0) return [...way.slice(at), name];
    if (done.has(name)) return [];
    for (const next of dependencies.get(name) ?? []) {
      const cycle = walk(next, [...way, name]);
      if (cycle.length > 0) return cycle;
    }
    done.add(name);
    return [];
  };
  for (const name of dependencies.keys()) {
    const cycle = walk(name, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
