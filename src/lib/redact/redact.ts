import { Cursor, type Reader } from './cursor.ts';
import { createTextReader } from './read-text.ts';

export interface Redactor {
  /** Takes the next piece of a text and returns what can be shown by now. */
  push(text: string): string;
  /** Returns the rest. The redactor then begins a new text. */
  end(): string;
  /** True once something was masked. */
  readonly acted: boolean;
}

/**
 * Masks secrets in a text that arrives in pieces. Contract: however the text is cut, the outputs joined are
 * `redact` of the whole; no part of a secret is ever released. Held back is the word, the value behind a secret's
 * name, or the quotation in progress, never more than some 4,000 characters; all else passes at once.
 */
export function createRedactor(): Redactor {
  const cursor = new Cursor();
  let read: Reader = createTextReader();

  const run = (): string => {
    while (cursor.at < cursor.text.length) {
      const next = read(cursor);
      if (!next) break;
      read = next;
      cursor.seen = cursor.at;
    }
    return cursor.take();
  };

  return {
    push(text) {
      cursor.add(text);
      return run();
    },
    end() {
      cursor.final = true;
      const rest = run();
      cursor.final = false;
      read = createTextReader();
      return rest;
    },
    get acted() {
      return cursor.acted;
    },
  };
}

/**
 * Masks secrets with `***REDACTED***`, and markers like `[OAuth]` with `[****]`; all else stays as it is. Linear in
 * the text's length. Contract: redacting a redacted text shows nothing more. It hardly ever changes it: only where a
 * mask makes its surroundings read as something else, and then it masks these too.
 */
export function redact(text: string): string {
  const redactor = createRedactor();
  return redactor.push(text) + redactor.end();
}
