import type { PlatformStatus } from '#cli/api.ts';

/** Whether messages can come and go. */
export const isWorking = (status: PlatformStatus): boolean => status.token_valid && status.webhook_ok;

/** A platform's state, a line each. */
export function statusLines(status: PlatformStatus): string[] {
  const { products, last_send_error: refused } = status;
  return [
    ...(products.length === 0
      ? productLines(status)
      : products.flatMap((product) => [`${product.title}:`, ...productLines(product)])),
    ...(refused === null ? [] : [`  Last refused message: ${refused.at}: ${refused.reason}`]),
  ];
}

function productLines(status: Omit<PlatformStatus['products'][number], 'title'>): string[] {
  const { account, token_expires_at: end, webhook_url: url, last_error } = status;
  return [
    mark(
      status.token_valid,
      `Token: ${status.token_valid ? `valid${account === null ? '' : `, ${account}`}` : 'not valid'}`,
    ),
    ...(end === null ? [] : [`  Token ends: ${end}`]),
    mark(
      status.webhook_ok,
      `Webhook: ${url ?? (status.webhook_ok ? 'ready here; only the platform’s own page shows whether it leads here' : 'not set')}`,
    ),
    ...(last_error === null ? [] : [`  ${last_error}`]),
  ];
}

const mark = (isGood: boolean, text: string): string => `${isGood ? '✓' : '✗'} ${text}`;
