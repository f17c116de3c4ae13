import type { Context } from 'hono';
import type { LoginProblem } from '#accounts/login.ts';
import { assertNever } from '#lib/assert-never.ts';
import type { LoginAnswer } from '#protocol/account.ts';

/** Where the request came from; Cloudflare sets the header and lets no client do so. */
export const clientAddress = (c: Context): string => c.req.header('cf-connecting-ip') ?? 'local';

export const loginFailure = (problem: LoginProblem): LoginAnswer => ({
  success: false,
  token: null,
  refresh_token: null,
  user: null,
  error: explain(problem),
});

function explain(problem: LoginProblem): string {
  switch (problem.reason) {
    case 'wrong_credentials':
      return 'Invalid username or password';
    case 'too_many_attempts':
      return `Too many attempts. Try again in ${problem.minutes} minute${problem.minutes === 1 ? '' : 's'}.`;
    case 'not_configured':
      return 'JWT authentication not configured';
    default:
      return assertNever(problem);
  }
}
