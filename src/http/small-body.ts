import { bodyLimit } from 'hono/body-limit';

const MAX_BYTES = 64 * 1024;

/** For routes that anyone may call: nobody fills the memory before we know who they are. */
export const smallBody = bodyLimit({
  maxSize: MAX_BYTES,
  onError: (c) => c.json({ detail: `The body is larger than ${MAX_BYTES} bytes` }, 413),
});
