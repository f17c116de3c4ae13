/**
 * Counts work and says when others must get their turn: on Workers the clock stands still while code runs, so work is
 * measured in characters, not in time.
 */
export class Pace {
  readonly #every: number;
  readonly #signal: AbortSignal;
  #spent = 0;

  constructor(every: number, signal: AbortSignal) {
    this.#every = every;
    this.#signal = signal;
  }

  /** Whether it is time to `rest`. */
  spend(work: number): boolean {
    this.#spent += work;
    return this.#spent >= this.#every;
  }

  /** Lets timers and messages through; throws if one of them aborted the work. */
  async rest(): Promise<void> {
    this.#spent = 0;
    await scheduler.wait(0);
    this.#signal.throwIfAborted();
  }
}
