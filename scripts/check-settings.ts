import type { z } from 'zod';
import { Settings } from '#protocol/settings.ts';

/** What is wrong with the settings among these variables, a line each; it names the variable, never its value. */
export function settingsProblems(vars: Readonly<Record<string, string | undefined>>): readonly string[] {
  const parsed = Settings.safeParse(vars);
  return parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')} must be ${allowed(issue)}`);
}

function allowed(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `one of ${issue.values.join(', ')}`;
    case 'too_small':
      return `at least ${issue.minimum}`;
    case 'invalid_type':
      return `a ${issue.expected}`;
    default:
      return `valid: ${issue.message}`;
  }
}
