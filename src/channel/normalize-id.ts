/**
 * A platform's id of a person, as it is compared: a phone number without its punctuation, an e-mail address in lower
 * case, anything else as it is.
 */
export function normalizeId(id: string): string {
  const trimmed = id.trim();
  if (/^[+\d\s()-]+$/.test(trimmed)) return trimmed.replace(/[+\s()-]/g, '');
  return trimmed.includes('@') ? trimmed.toLowerCase() : trimmed;
}
