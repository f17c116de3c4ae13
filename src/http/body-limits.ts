import { bodyLimit } from 'hono/body-limit';

const atMost = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: (c) => c.json({ detail: `The body is larger than ${maxSize} bytes` }, 413),
  });

/** For routes that anyone may call: nobody fills the memory before we know who they are. */
export const smallBody = atMost(64 * 1024);

/** For prompts, which may quote a long text. What is larger belongs into a file. */
export const promptBody = atMost(16 * 1024 * 1024);
