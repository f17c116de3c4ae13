/**
 * What is not for the public, by IANA's registries of special-purpose addresses, and two that only look public.
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 */
const closedV4 = [
  '0.0.0.0/8', // this network, unspecified
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by a carrier's customers (CGNAT)
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // Azure's own services, as seen from its machines
  '169.254.0.0/16', // link-local, and with it the metadata of most clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
].map((range) => parseRange(range));

/**
 * Of IPv6 only what is handed out for public use: this leaves out loopback, unique local, link-local, multicast,
 * addresses that carry an IPv4 one (mapped, compatible, NAT64), and ranges that nobody has a use for yet.
 */
const openV6 = parseRange('2000::/3');
const closedV6 = [
  '2001::/23', // protocol assignments, Teredo among them
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: carries an IPv4 address
  '3fff::/20', // documentation
].map((range) => parseRange(range));

/**
 * Whether an address belongs to the public internet. Contract: `address` is dotted decimal (`192.0.2.1`) or IPv6
 * without brackets and zone, as `URL` and DNS write them; whatever else it is, it is not public.
 */
export function isPublicAddress(address: string): boolean {
  const v4 = parseV4(address);
  if (v4 !== undefined) return !closedV4.some((range) => contains(range, v4));
  const v6 = parseV6(address);
  return v6 !== undefined && contains(openV6, v6) && !closedV6.some((range) => contains(range, v6));
}

interface Range {
  readonly start: bigint;
  /** How many of the last bits differ within it. */
  readonly free: bigint;
}

const contains = ({ start, free }: Range, address: bigint): boolean => address >> free === start >> free;

function parseRange(range: string): Range {
  const [address = '', length = ''] = range.split('/');
  const v4 = parseV4(address);
  const start = v4 ?? parseV6(address);
  if (start === undefined) throw new Error(`${range} is no range of addresses`);
  return { start, free: (v4 === undefined ? 128n : 32n) - BigInt(length) };
}

function parseV4(text: string): bigint | undefined {
  // No leading zeros: some read them as octal
  if (!/^(?:(?:0|[1-9]\d{0,2})(?:\.(?!$)|$)){4}$/.test(text)) return undefined;
  const bytes = text.split('.').map(Number);
  return bytes.some((byte) => byte > 255) ? undefined : join(bytes, 8n);
}

function parseV6(text: string): bigint | undefined {
  // The last 32 bits may be written as an IPv4 address
  const tail = text.slice(text.lastIndexOf(':') + 1);
  if (tail.includes('.')) {
    const v4 = parseV4(tail);
    if (v4 === undefined) return undefined;
    const groups = `${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
    return parseV6(text.slice(0, -tail.length) + groups);
  }
  const [head = '', rest, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const before = groupsOf(head);
  const after = groupsOf(rest ?? '');
  const missing = 8 - before.length - after.length;
  if (rest === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array.from({ length: missing }, () => '0'), ...after];
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined;
  return join(
    groups.map((group) => Number.parseInt(group, 16)),
    16n,
  );
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}

function join(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((sum, part) => (sum << bits) | BigInt(part), 0n);
}
