import { isCode, isIdentifier, isName, isPath, isVariable } from './code-value.ts';
import { looksRandom } from './random-run.ts';
import type { SecretKind } from './secret-name.ts';

export interface Label {
  /** The name as written, to tell `token: token` from `token: abc`. */
  readonly name: string;
  readonly kind: SecretKind;
  /** Set where code is as likely as a secret (`token = …`): then the value has to look like one. */
  readonly doubtful: boolean;
}

const words = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/));

// What stands behind "password:" in types, schemas and switches
const LITERALS = words(`
  string str text char varchar number int integer float boolean bool bytes buffer blob uint8array object any unknown
  never void null nil none undefined true false yes no on off optional required readonly secretstr password-input
  hidden masked redacted include same-origin omit auto default empty missing unset n/a na tbd await new option optional promise list array record vec
  function async typeof keyof`);

// How a sentence goes on after "password:" or "token:"
const SENTENCE = words(`
  a an the this that these those it its is are was were be been being am has have had having do does did not no nor
  and or but if when while where which who whose why how what then than so as at by for from in into of off on onto
  out over to under up with without within after before until about between through during your you our my their his
  her we they i must should may might can could will would shall need needs please only also always never just both
  each every all any some use used uses using see enter click set sets check type choose create generate generated
  provide provided provides make add get go ask try run keep store stored save copy paste send sent change changed
  reset rotate forgot invalid valid wrong incorrect expired expires missing failed error minimum maximum here there
  too very more most less least like such example`);

// What tells a message about passwords from a passphrase
const MESSAGE_WORDS = words(`
  is are was must should cannot has have your please required invalid incorrect expired`);

/** A value that starts so is a variable, a placeholder, an address or a structure. Needs 8 characters to decide. */
export function startsOrdinary(value: string, kind: SecretKind): boolean {
  if (/^(?:\$[{(]|\{|\[|\(|<|%\(|%[sdv]\b|\*\*\*|REDACTED|-----|\|)/.test(value)) return true;
  return kind !== 'address' && /^https?:\/\//i.test(value);
}

/** A quotation that starts so began before the label: `'password:', value` and `"token: " + value`. */
export const startsBehindQuotation = (text: string): boolean =>
  /^\s*[,;)\]}+](?=[\s)\]};,]|$)|^\s+[+.]/.test(text);

/** Decides on an unquoted value, given what follows it. */
export function isSecretValue(value: string, next: string, label: Label): boolean {
  const bare = trimSigns(value, '.,;:!?)}]>*');
  if (!/[\p{L}\p{N}]/u.test(bare)) return false;
  if (label.kind === 'digits') return hasDigits(value, 8);
  if (label.kind === 'key') return isDoubtfulSecret(bare, 16);
  if (label.doubtful)
    return next !== '(' && next !== '[' && !isCode(bare, label.name) && isDoubtfulSecret(bare, 6);
  const lower = bare.toLowerCase();
  if (LITERALS.has(lower) || SENTENCE.has(lower)) return false;
  if (label.kind === 'token' && /^[\d.,]{1,7}$/.test(bare)) return false;
  if (/^x{3,}$|^\*+$/i.test(bare)) return false;
  return !isCode(bare, label.name) && !((next === '(' || next === '[') && isIdentifier(bare));
}

/** Decides on a quoted value. */
export function isSecretText(text: string, label: Label): boolean {
  const bare = text.trim().replace(/^(?:bearer|basic|token)(?:\s+|$)/i, '');
  if (!/[\p{L}\p{N}]/u.test(bare)) return false;
  if (label.kind === 'digits') return hasDigits(bare, 8);
  if (label.kind === 'key') return isDoubtfulSecret(bare, 16);
  if (LITERALS.has(bare.toLowerCase()) || isVariable(bare) || isPath(bare) || isName(bare)) return false;
  const inside = bare.split(/\s+/);
  if (inside.length === 1) return !/^x{3,}$|^\*+$/i.test(bare);
  // "Password is required" is a message; "correct horse battery staple" is not one
  const sentence = inside.length > 2 && inside.every((word) => /^[\p{L}'’-]+[.,!?:]?$/u.test(word));
  return !(sentence && inside.some((word) => MESSAGE_WORDS.has(word.toLowerCase())));
}

/** `text` without the signs at its end. */
export function trimSigns(text: string, signs: string): string {
  let end = text.length;
  while (end > 0 && signs.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

const hasDigits = (value: string, least: number): boolean => value.replaceAll(/\D/g, '').length >= least;

function isDoubtfulSecret(value: string, least: number): boolean {
  if (value.length < least || /^https?:/i.test(value)) return false;
  if (/[()[\]{}]/.test(value)) return false;
  const letters = /[A-Za-z]/.test(value);
  const digits = /\d/.test(value);
  if (letters && digits) return least <= 6 || looksRandom(value);
  return letters && least <= 6 && /[!@#$%^&*]/.test(value);
}
