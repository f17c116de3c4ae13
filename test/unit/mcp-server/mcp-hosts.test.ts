import { expect, test } from 'vitest';
import { isKnownHost, isKnownOrigin } from '#http/mcp-hosts.ts';

const settings = {
  BACKEND_PUBLIC_URL: 'https://chat.example.com/',
  CORS_ORIGINS: 'https://desk.example.com, https://b.test',
};

test.each([
  ['chat.example.com', true],
  ['CHAT.example.com:443', true],
  ['localhost', true],
  ['localhost:7001', true],
  ['127.0.0.1:1', true],
  ['[::1]:7001', true],
  ['evil.example.com', false],
  ['chat.example.com.evil.test', false],
  ['localhost.evil.test', false],
  ['evil.test/localhost', false],
  ['localhost@evil.test', false],
  ['127.0.0.2', false],
  ['', false],
])('host %j: %j', (host, known) => {
  expect(isKnownHost(host, settings)).toBe(known);
});

test.each([
  ['https://chat.example.com', true],
  ['https://desk.example.com', true],
  ['https://b.test', true],
  ['http://localhost:3000', true],
  ['https://evil.test', false],
  ['null', false],
  ['file://', false],
])('origin %j: %j', (origin, known) => {
  expect(isKnownOrigin(origin, settings)).toBe(known);
});

test('with CORS open to all, any origin may come, to a known host', () => {
  expect(isKnownOrigin('https://evil.test', { ...settings, CORS_ORIGINS: '*' })).toBe(true);
});
