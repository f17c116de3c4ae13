import type { PlatformStatus } from '#cli/api.ts';

/** Whether messages can come and go. */
export const isWorking = (status: PlatformStatus): boolean => status.token_valid && status.webhook_ok;

/** A platform's state, a line each. */
export function statusLines(status: PlatformStatus): string[] {
  const { account, token_expires_at: end, webhook_url: url, last_error, last_send_error: refused } = status;
  return [
    mark(
      status.token_valid,
      `Token: ${status.token_valid ? `valid${account === null ? '' : `, ${account}`}` : 'not valid'}`,
    ),
    ...(end === null ? [] : [`  Token ends: ${end}`]),
    mark(status.webhook_ok, `Webhook: ${url ?? (status.webhook_ok ? 'set at the platform' : 'not set')}`),
    ...(last_error === null ? [] : [`  ${last_error}`]),
    ...(refused === null ? [] : [`  Last refused message: ${refused.at}: ${refused.reason}`]),
  ];
}

const mark = (isGood: boolean, text: string): string => `${isGood ? '✓' : '✗'} ${text}`;
