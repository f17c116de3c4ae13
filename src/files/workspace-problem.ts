import { fail, type Result } from '#lib/result.ts';

/** The names that POSIX gives these failures: Bash's commands know them, and so do people. */
export type WorkspaceProblemCode =
  | 'EACCES'
  | 'EEXIST'
  | 'EFBIG'
  | 'EINVAL'
  | 'EISDIR'
  | 'ENAMETOOLONG'
  | 'ENOENT'
  | 'ENOSPC'
  | 'ENOTDIR'
  | 'ENOTEMPTY';

/** `message` is ours, whole sentences, fit for the user and the model. */
export interface WorkspaceProblem {
  readonly code: WorkspaceProblemCode;
  readonly message: string;
}

export const problem = (code: WorkspaceProblemCode, message: string): WorkspaceProblem => ({ code, message });

export const refuse = (code: WorkspaceProblemCode, message: string): Result<never, WorkspaceProblem> =>
  fail(problem(code, message));
