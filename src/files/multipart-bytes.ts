/** The form is not what RFC 7578 describes, or it ends too early. The message is ours and may be shown. */
export class MalformedForm extends Error {
  override readonly name = 'MalformedForm';
}

/** A stream of bytes that is read up to one delimiter after the other. Holds one chunk and a delimiter's length at most. */
export class DelimitedBytes {
  readonly #source: AsyncIterator<Uint8Array>;
  #buffer: Uint8Array = new Uint8Array(0);

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#source = body[Symbol.asyncIterator]();
  }

  /** Puts bytes before those that come next. */
  unread(bytes: Uint8Array): void {
    this.#buffer = join(bytes, this.#buffer);
  }

  /** The next bytes, which have to be there. */
  async take(count: number): Promise<Uint8Array> {
    while (this.#buffer.length < count) await this.#more();
    const taken = this.#buffer.subarray(0, count);
    this.#buffer = this.#buffer.subarray(count);
    return taken;
  }

  /**
   * What comes before the delimiter, which is swallowed. Contract: a reader that stops early may go on later with the
   * same object, and at its end it stays at its end.
   */
  until(delimiter: Uint8Array): AsyncIterable<Uint8Array> {
    let ended = false;
    const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
      while (!ended) {
        const at = indexOf(this.#buffer, delimiter);
        ended = at !== -1;
        const size = ended ? at : this.#buffer.length - delimiter.length + 1;
        if (size > 0 || ended) {
          const value = this.#buffer.subarray(0, size);
          this.#buffer = this.#buffer.subarray(ended ? at + delimiter.length : size);
          if (size > 0) return { done: false, value };
        } else {
          await this.#more();
        }
      }
      return { done: true, value: undefined };
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#source.next();
    if (done === true) throw new MalformedForm('the form ends too early');
    this.#buffer = join(this.#buffer, value);
  }
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

/** A boundary has no line break inside, so two places that begin like the delimiter do not overlap: linear time. */
function indexOf(bytes: Uint8Array, delimiter: Uint8Array): number {
  const first = delimiter[0] ?? 0;
  for (let at = bytes.indexOf(first); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (at + delimiter.length > bytes.length) return -1;
    let same = 1;
    while (same < delimiter.length && bytes[at + same] === delimiter[same]) same += 1;
    if (same === delimiter.length) return at;
  }
  return -1;
}
