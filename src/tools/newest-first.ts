import type { WorkspaceEntry } from '#files/workspace-entries.ts';

/** Files changed at the same time stay in the order of their paths. */
export const newestFirst = (left: WorkspaceEntry, right: WorkspaceEntry): number =>
  right.modifiedAt - left.modifiedAt || (left.path < right.path ? -1 : 1);
