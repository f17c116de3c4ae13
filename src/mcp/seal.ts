/** Bytes of the random part that AES-GCM wants. */
const NONCE_BYTES = 12;

const utf8 = new TextEncoder();

/** Encrypts texts with AES-GCM, so that a copy of the database alone opens nothing. */
export class Seal {
  readonly #key: Promise<CryptoKey>;

  /** `key` has 32 bytes. */
  constructor(key: Uint8Array<ArrayBuffer>) {
    this.#key = crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']);
  }

  /** `context` is not stored: only who gives the same again can open it. */
  async close(text: string, context: string): Promise<string> {
    const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const sealed = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv, additionalData: utf8.encode(context) },
      await this.#key,
      utf8.encode(text),
    );
    return toBase64(iv) + toBase64(new Uint8Array(sealed));
  }

  /** Undefined: sealed with another key or for another context, or changed since. */
  async open(sealed: string, context: string): Promise<string | undefined> {
    try {
      const bytes = Uint8Array.from(atob(sealed), (letter) => letter.charCodeAt(0));
      const text = await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv: bytes.subarray(0, NONCE_BYTES), additionalData: utf8.encode(context) },
        await this.#key,
        bytes.subarray(NONCE_BYTES),
      );
      return new TextDecoder().decode(text);
    } catch {
      return undefined;
    }
  }
}

// Twelve bytes are sixteen letters without padding, so two texts in a row are one
const toBase64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
