import { MASK } from './mask.ts';

/** No more than this is held back: a longer word, value or quotation is decided by its first part. */
export const LONGEST_HELD = 4096;

/**
 * A stage of reading: takes at least one decision and names the next stage, or undefined if it has to see more of
 * the text first. It must decide if `cursor.final` is set, and whenever {@link LONGEST_HELD} characters are open.
 */
export type Reader = (cursor: Cursor) => Reader | undefined;

/** A text that arrives in pieces: what stands before `at` is decided, what stands before `seen` was looked at. */
export class Cursor {
  text = '';
  at = 0;
  seen = 0;
  /** Set when nothing follows any more. */
  final = false;
  /** Set once something was masked. */
  acted = false;
  #passed = 0;
  #out = '';

  add(piece: string): void {
    this.text += piece;
  }

  /** Where to go on looking in the token that begins at `at`. */
  get open(): number {
    return this.seen > this.at ? this.seen : this.at;
  }

  /** The character code at an index; NaN where the text ends. */
  code(index: number): number {
    return this.text.charCodeAt(index);
  }

  /** Remembers that all before `index` was looked at; true if the token may still be waited for. */
  wait(index: number): boolean {
    this.seen = index;
    return !this.final && index - this.at < LONGEST_HELD;
  }

  /** True if fewer than `length` characters are open and more may come. */
  lacks(length: number): boolean {
    return !this.final && this.text.length - this.at < length;
  }

  /** Lets everything before `to` through. */
  pass(to: number): void {
    this.at = to;
  }

  /** Puts `by` in the place of everything open before `to`. */
  replace(to: number, by: string): void {
    this.#out += this.text.slice(this.#passed, this.at) + by;
    this.#passed = to;
    this.at = to;
    this.acted = true;
  }

  mask(to: number): void {
    this.replace(to, MASK);
  }

  /** Leaves out everything open before `to`; the mask before it stands for this too. */
  drop(to: number): void {
    this.#out += this.text.slice(this.#passed, this.at);
    this.#passed = to;
    this.at = to;
  }

  /** What was decided since the last call. */
  take(): string {
    const out = this.#out + this.text.slice(this.#passed, this.at);
    this.text = this.text.slice(this.at);
    this.seen = this.open - this.at;
    this.at = 0;
    this.#passed = 0;
    this.#out = '';
    return out;
  }
}
