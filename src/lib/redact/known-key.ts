import { isHash, looksRandom } from './random-run.ts';

interface Shape {
  readonly prefix: string;
  /** How many characters follow the prefix at least. */
  readonly least: number;
  /** What they are; letters, digits, `_` and `-` if unset. */
  readonly signs?: RegExp;
}

const DOTTED = /[\w.-]*/y;
const WORD = /[\w-]*/y;

// Keys that name their maker by how they begin, in exactly these letters
const SHAPES: readonly Shape[] = [
  ...['ghp_', 'gho_', 'ghs_', 'ghu_', 'ghr_', 'github_pat_'].map((prefix) => ({ prefix, least: 16 })),
  ...['xoxa-', 'xoxb-', 'xoxc-', 'xoxd-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'xoxe.', 'xapp-'].map(
    (prefix) => ({ prefix, least: 10, signs: DOTTED }),
  ),
  ...['AKIA', 'ASIA'].map((prefix) => ({ prefix, least: 16, signs: /[A-Z\d]*/y })),
  ...['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'].map((prefix) => ({ prefix, least: 15 })),
  // Our own personal tokens
  { prefix: 'edw_', least: 30 },
  { prefix: 'glpat-', least: 16 },
  { prefix: 'npm_', least: 30 },
  { prefix: 'pypi-', least: 30 },
  { prefix: 'hf_', least: 30 },
  { prefix: 'gsk_', least: 30 },
  { prefix: 'xai-', least: 30 },
  { prefix: 'GOCSPX-', least: 20 },
  { prefix: 'SG.', least: 30, signs: DOTTED },
  { prefix: 'ya29.', least: 20, signs: DOTTED },
];
const SHAPES_BY_FIRST = Map.groupBy(SHAPES, (shape) => shape.prefix.charCodeAt(0));
// These are promised to be masked in capitals and small letters alike
const ANY_CASE: readonly Shape[] = [
  { prefix: 'sk-', least: 15 },
  { prefix: 'aiza', least: 15 },
];
const JWT = /eyJ[\w-]{8,}\.(?:eyJ[\w-]*|[\w-]{8,}\.)[\w.-]*/y;

/** Where the key that begins at `from` ends, or `from` if none does. */
export function endOfKnownKey(word: string, from: number): number {
  const first = word.charCodeAt(from);
  for (const shape of SHAPES_BY_FIRST.get(first) ?? []) {
    if (word.startsWith(shape.prefix, from)) return endOf(word, from, shape);
  }
  if (first === 101 && word.startsWith('eyJ', from)) {
    JWT.lastIndex = from;
    return JWT.test(word) ? withoutDots(word, JWT.lastIndex) : from;
  }
  for (const shape of ANY_CASE) {
    if ((first | 32) !== shape.prefix.charCodeAt(0)) continue;
    if (word.slice(from, from + shape.prefix.length).toLowerCase() === shape.prefix)
      return endOf(word, from, shape);
  }
  return from;
}

function endOf(word: string, from: number, shape: Shape): number {
  const signs = shape.signs ?? WORD;
  const body = from + shape.prefix.length;
  signs.lastIndex = body;
  signs.test(word);
  const end = withoutDots(word, signs.lastIndex);
  return end - body >= shape.least ? end : from;
}

function withoutDots(word: string, end: number): number {
  while (word[end - 1] === '.') end -= 1;
  return end;
}

const WORD_SIGN = /[\w-]/;
const CUT_KEY = /^(?:sk-|AIza|eyJ|AKIA|ASIA|gh[posur]_|github_pat_|edw_|xox[a-z]-)/i;

/** A key that someone shortened already (`sk-ant-api03...`): where its rest begins and ends. */
export function findCutKey(word: string): { readonly from: number; readonly to: number } | undefined {
  const dots = word.indexOf('...');
  if (dots < 8) return undefined;
  let from = dots;
  while (from > 0 && WORD_SIGN.test(word.charAt(from - 1))) from -= 1;
  const head = word.slice(from, dots);
  if (head.length < 8 || isHash(head)) return undefined;
  const random = /\d/.test(head) && /[A-Za-z]/.test(head) && looksRandom(head);
  return random || CUT_KEY.test(head) ? { from, to: dots + 3 } : undefined;
}
