/**
 * Stands in for `punycode.js`. Host names stay as they are written: an address in foreign letters that looks like a
 * known one is better not shown as that, and the browser encodes what it opens.
 */
const unchanged = (hostname: string): string => hostname;
export default { toASCII: unchanged, toUnicode: unchanged };
