const HASH_LENGTHS = new Set([40, 56, 64, 96, 128]);

/** True for hexadecimal runs as long as a commit id or a checksum, which are public. */
export function isHash(run: string): boolean {
  const digits = /^0x/i.test(run) ? run.slice(2) : run;
  return HASH_LENGTHS.has(digits.length) && /^[\da-f]+$/i.test(digits) && /\d/.test(digits);
}

/**
 * True if letters and digits alternate as they do in machine-made strings. A random base64 text changes between
 * lower case, upper case and digits about 0.66 times a character (a digit's change counted twice); names made of
 * words stay below 0.3.
 */
export function looksRandom(run: string): boolean {
  let changes = 0;
  let before = 0;
  for (let i = 0; i < run.length; i += 1) {
    const now = letterCase(run.charCodeAt(i));
    if (before !== 0 && now !== 0 && now !== before) {
      if (now === DIGIT || before === DIGIT) changes += 2;
      else if (before === LOWER) changes += 1;
    }
    before = now;
  }
  return changes >= run.length * 0.35;
}

const LOWER = 1;
const UPPER = 2;
const DIGIT = 3;

function letterCase(code: number): number {
  if (code >= 97 && code <= 122) return LOWER;
  if (code >= 65 && code <= 90) return UPPER;
  return code >= 48 && code <= 57 ? DIGIT : 0;
}

/** Decides on a run of `[A-Za-z0-9_+/-]` that nothing announced. `least` is the length from which it is suspicious. */
export function isSecretRun(run: string, least: number): boolean {
  if (run.length < least || isHash(run) || /^\d+$/.test(run)) return false;
  if (/^[A-Za-z\d]+$/.test(run)) return !isCamelCase(run) && !isLowerCaseWords(run);
  // Paths, slugs and constants have these signs too: only what is clearly machine-made counts
  return /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run) && looksRandom(run);
}

/** someVeryLongFunctionName: long words, and numbers at two places at most. */
function isCamelCase(run: string): boolean {
  const words = run.match(/[A-Z]*[a-z]+|[A-Z]+|\d+/g) ?? [];
  const numbers = words.filter((word) => /^\d/.test(word)).length;
  return words.length > 1 && numbers < 3 && words.length <= run.length / (numbers > 0 ? 4 : 3.3);
}

/** Words written together, as in the anchors of headings: many letters, every third a vowel. */
function isLowerCaseWords(run: string): boolean {
  if (!/^[a-z]+$/.test(run) || new Set(run).size < 8) return false;
  const vowels = run.replaceAll(/[^aeiouy]/g, '').length / run.length;
  return vowels > 0.28 && vowels < 0.5;
}
