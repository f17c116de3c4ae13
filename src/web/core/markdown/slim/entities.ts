/** Stands in for the package of that name: the browser has the table of entities already. */

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createHTML: (text: string) => string },
  ): { createHTML(text: string): unknown };
}
declare global {
  interface Window {
    /** Not in every browser: https://www.w3.org/TR/trusted-types/ */
    readonly trustedTypes?: TrustedTypes;
  }
}

const policy = window.trustedTypes?.createPolicy('entities', { createHTML: (entity) => entity });

/** `match` is a single entity, as the parser's own pattern found it. */
export function decodeHTMLStrict(match: string): string {
  if (!/^&#?\w{1,32};$/.test(match)) return match;
  const decoder = document.createElement('textarea');
  Reflect.set(decoder, 'innerHTML', policy?.createHTML(match) ?? match);
  return decoder.value;
}
