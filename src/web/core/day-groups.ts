/** In which group of the sidebar a moment falls, by the calendar of the visitor's time zone. */
export type DayGroup = 'today' | 'yesterday' | 'lastWeek' | 'older';

export function dayGroup(at: number, now: number): DayGroup {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const daysBack = (days: number) => new Date(midnight).setDate(new Date(midnight).getDate() - days);
  if (at >= midnight) return 'today';
  if (at >= daysBack(1)) return 'yesterday';
  return at >= daysBack(7) ? 'lastWeek' : 'older';
}

/** The groups that have something in them, newest first. */
export function groupByDay<Value>(
  values: readonly Value[],
  timeOf: (value: Value) => number,
  now: number,
): { group: DayGroup; values: Value[] }[] {
  const groups: { group: DayGroup; values: Value[] }[] = [];
  for (const name of ['today', 'yesterday', 'lastWeek', 'older'] as const) {
    const members = values.filter((value) => dayGroup(timeOf(value), now) === name);
    if (members.length > 0) groups.push({ group: name, values: members });
  }
  return groups;
}
