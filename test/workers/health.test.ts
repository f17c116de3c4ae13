import { exports } from 'cloudflare:workers';
import { expect, test } from 'vitest';

test('health needs no key', async () => {
  const response = await exports.default.fetch('http://edgewise.test/health');
  expect([response.status, await response.json()]).toEqual([200, { status: 'ok', service: 'agent-sdk-api' }]);
});
