import { isInside, normalizePath, root } from '#files/path.ts';
import { problem } from '#files/workspace-problem.ts';
import type { Guard } from '#files/workspace.ts';

/**
 * Lets only what lies in these folders be changed. Folders are absolute or relative to the workspace; of one that is
 * not inside it, such as the shell's `/tmp`, nothing is to be guarded here. Null: everything may be changed.
 */
export function guardFolders(folders: () => readonly string[] | null): Guard {
  return (path) => {
    const allowed = folders()?.flatMap((folder) => {
      const normal = normalizePath(folder);
      return normal.ok ? [normal.value] : [];
    });
    if (allowed === undefined || allowed.some((folder) => isInside(path, folder))) return undefined;
    const where = allowed.length === 0 ? `nothing under ${root}` : `only ${allowed.join(', ')}`;
    return problem('EACCES', `${path} may not be changed: in this conversation ${where} may be written.`);
  };
}
