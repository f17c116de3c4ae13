import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { apiKeyUserId, fileSigningKey, jwtSecret } from '#accounts/keys.ts';

const salt = 'claude-agent-sdk-jwt-v1';

test('the known answers for one key', async () => {
  const settings = { API_KEY: 'test-api-key', JWT_SALT: salt };
  expect({
    secret: await jwtSecret(settings),
    user: await apiKeyUserId('test-api-key'),
    files: Buffer.from((await fileSigningKey(settings)) ?? '').toString('hex'),
  }).toEqual({
    secret: 'dbb6bc55c34ea37e881f574be0167bef8d3c957ead758313d2e6519473b2bc46',
    user: '4c806362b613f7496abf284146efd31d',
    files: '742dda10c8a381a81efa3503005d1a9eea281fc134977e1d6d275a3cb6bebeb6',
  });
});

test.each([
  { name: 'plain', key: 'k', salt },
  { name: 'longer than a hash block', key: 'long'.repeat(50), salt: 'salt'.repeat(50) },
  { name: 'not ASCII', key: 'schlüssel-🔑', salt: 'größe' },
])('agrees with another implementation: $name', async ({ key, salt }) => {
  const secret = createHmac('sha256', salt).update(key).digest('hex');
  const files = createHmac('sha256', 'file-download-v1').update(secret).digest();
  const settings = { API_KEY: key, JWT_SALT: salt };
  expect({
    secret: await jwtSecret(settings),
    user: await apiKeyUserId(key),
    files: Buffer.from((await fileSigningKey(settings)) ?? ''),
  }).toEqual({ secret, user: createHash('sha256').update(key).digest('hex').slice(0, 32), files });
});

test('without a key there is no secret', async () => {
  const settings = { API_KEY: undefined, JWT_SALT: salt };
  expect([await jwtSecret(settings), await fileSigningKey(settings)]).toEqual([null, null]);
});
