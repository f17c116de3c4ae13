import { BlockList } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPublicAddress } from '#lib/public-address.ts';
import { parseAddress } from '#tools/web-address.ts';

test.each([
  ['93.184.216.34', true],
  ['8.8.8.8', true],
  ['172.15.255.255', true],
  ['172.32.0.0', true],
  ['100.63.255.255', true],
  ['100.128.0.0', true],
  ['0.0.0.0', false],
  ['10.1.2.3', false],
  ['100.64.0.1', false],
  ['127.0.0.1', false],
  ['168.63.129.16', false],
  ['169.254.169.254', false],
  ['172.16.0.0', false],
  ['172.31.255.255', false],
  ['192.168.1.1', false],
  ['198.19.255.255', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['2606:4700:4700::1111', true],
  ['2001:4860:4860:0:0:0:0:8888', true],
  ['2001:200::1', true],
  ['::', false],
  ['::1', false],
  ['::ffff:8.8.8.8', false],
  ['::127.0.0.1', false],
  ['64:ff9b::8.8.8.8', false],
  ['64:ff9b:1::1', false],
  ['2001::1', false],
  ['2001:db8::1', false],
  ['2002:0a00:0001::1', false],
  ['3fff::1', false],
  ['fc00::1', false],
  ['fd00:ec2::254', false],
  ['fe80::1', false],
  ['fec0::1', false],
  ['ff02::1', false],
  // No addresses at all
  ['', false],
  ['8.8.8', false],
  ['8.8.8.8.', false],
  ['08.8.8.8', false],
  ['8.8.8.256', false],
  ['2606::1::1', false],
  ['2606:4700', false],
  ['2606:4700:4700::1111%eth0', false],
  ['2606:4700:0:0:0:0:0:1:2', false],
  ['2606:4700:0:0:0:0:0::1', false],
  ['2606:4700::g', false],
  ['example.com', false],
])('%s: public %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});

const closed = new BlockList();
for (const range of [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]) {
  const [net = '', length] = range.split('/');
  closed.addSubnet(net, Number(length), 'ipv4');
}

const privateStarts = [
  0x00000000, 0x0a000000, 0x64400000, 0x7f000000, 0xa9fea9fe, 0xac100000, 0xc0a80000, 0xc6120000, 0xe0000000,
  0xffffffff,
];
/** Any IPv4 address as a number, half of them near the beginning of a range that is closed. */
const numbers = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc
    .tuple(fc.constantFrom(...privateStarts), fc.integer({ min: 0, max: 0xffff }))
    .map(([start, more]) => Math.min(start + more, 0xffffffff)),
);
const dotted = (number: number) => [24, 16, 8, 0].map((bits) => (number >>> bits) & 0xff).join('.');

const wide = (text: string) =>
  text.replace(/[!-~]/g, (char) => String.fromCodePoint(char.charCodeAt(0) + 0xfee0));
const percent = (text: string) =>
  text.replace(/[\dx.]/gi, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** Every way in which addresses may be written, as browsers and resolvers take them. */
const v4Spellings = fc
  .record({
    number: numbers,
    parts: fc.integer({ min: 1, max: 4 }),
    bases: fc.array(fc.constantFrom('decimal', 'octal', 'hex', 'HEX'), { minLength: 4, maxLength: 4 }),
    zeros: fc.integer({ min: 0, max: 3 }),
    end: fc.constantFrom('', '.'),
    disguise: fc.constantFrom(
      (text: string) => text,
      wide,
      percent,
      (text: string) => text.replaceAll('.', '。'),
    ),
  })
  .map(({ number, parts, bases, zeros, end, disguise }) => {
    const bytes = dotted(number).split('.').map(Number);
    const values = bytes.slice(0, parts - 1);
    values.push(bytes.slice(parts - 1).reduce((sum, byte) => sum * 256 + byte, 0));
    const written = values.map((value, index) => {
      switch (bases[index]) {
        case 'octal':
          return `0${'0'.repeat(zeros)}${value.toString(8)}`;
        case 'hex':
          return `0x${'0'.repeat(zeros)}${value.toString(16)}`;
        case 'HEX':
          return `0X${value.toString(16).toUpperCase()}`;
        default:
          return String(value);
      }
    });
    return { address: dotted(number), host: disguise(written.join('.') + end) };
  });

const hex = (number: number) => `${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}`;
const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));

/** IPv6 addresses that carry an IPv4 one, or belong to a network of one's own. */
const innerV6 = fc.oneof(
  numbers.map((v4) => `::ffff:${dotted(v4)}`),
  numbers.map((v4) => `::ffff:${hex(v4)}`),
  numbers.map((v4) => `0:0:0:0:0:FFFF:${hex(v4)}`),
  numbers.map((v4) => `::${dotted(v4)}`),
  numbers.map((v4) => `::ffff:0:${dotted(v4)}`),
  numbers.map((v4) => `64:ff9b::${dotted(v4)}`),
  numbers.map((v4) => `0064:FF9B:0001::${hex(v4)}`),
  fc.tuple(numbers, group).map(([v4, more]) => `2002:${hex(v4)}::${more}`),
  fc.tuple(numbers, group).map(([v4, more]) => `2001:0:${hex(v4)}:${more}::1`),
  fc
    .tuple(fc.constantFrom('fc00', 'fd12', 'FD00', 'fe80', 'febf', 'ff02', 'fec0'), group, group)
    .map(([first, second, last]) => `${first}:${second}::${last}`),
  fc.constantFrom('::', '::1', '0:0:0:0:0:0:0:1', '0000::0001', 'fd00:ec2::254'),
);

describe('no spelling of an address passes that is not public', () => {
  test('IPv4, and every spelling of a public one does pass', () => {
    fc.assert(
      fc.property(v4Spellings, ({ address, host }) => {
        expect({ host, passes: parseAddress(`http://${host}/`).ok }).toEqual({
          host,
          passes: !closed.check(address),
        });
      }),
      { numRuns: 5_000 },
    );
  });

  test('IPv6', () => {
    fc.assert(
      fc.property(innerV6, (address) => {
        expect(parseAddress(`http://[${address}]/`)).toEqual({ ok: false, problem: 'not_public' });
        expect(isPublicAddress(address)).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });
});

test.each([
  ['https://example.com', 'https://example.com/'],
  ['http://example.com:8080/a?b=c#d', 'http://example.com:8080/a?b=c'],
  ['https://EXAMPLE.com:8443/', 'https://example.com:8443/'],
  ['http://8.8.8.8/', 'http://8.8.8.8/'],
  ['https://[2606:4700:4700::1111]/', 'https://[2606:4700:4700::1111]/'],
  ['https://local.example.com/', 'https://local.example.com/'],
  ['https://mylocalhost.com/', 'https://mylocalhost.com/'],
])('%s may be fetched', (text, expected) => {
  const address = parseAddress(text);
  expect(address.ok && address.value.href).toBe(expected);
});

test.each([
  ['example.com', 'not_an_address'],
  ['/page', 'not_an_address'],
  ['http://', 'not_an_address'],
  ['http://1.2.3.4.5/', 'not_an_address'],
  ['file:///etc/passwd', 'not_http'],
  ['ftp://example.com/', 'not_http'],
  ['javascript:alert(1)', 'not_http'],
  ['data:text/html,x', 'not_http'],
  ['https://user@example.com/', 'with_credentials'],
  ['https://user:secret@example.com/', 'with_credentials'],
  ['https://:secret@example.com/', 'with_credentials'],
  ['http://example.com:22/', 'port'],
  ['http://example.com:0/', 'port'],
  ['http://example.com:6379/', 'port'],
  ['http://localhost/', 'not_public'],
  ['http://LOCALHOST./', 'not_public'],
  ['http://a.localhost/', 'not_public'],
  ['http://printer.local/', 'not_public'],
  ['http://printer.local./', 'not_public'],
  ['http://metadata.google.internal/', 'not_public'],
  ['http://router.home.arpa/', 'not_public'],
  ['http://metadata/', 'not_public'],
  ['http://intranet./', 'not_public'],
  ['http://ｌｏｃａｌｈｏｓｔ/', 'not_public'],
  ['http://169.254.169.254/latest/meta-data', 'not_public'],
])('%s is refused: %s', (text, problem) => {
  expect(parseAddress(text)).toEqual({ ok: false, problem });
});
