import { z } from 'zod';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the fake web listens. */
    webUrl: string;
  }
}

/** What a page answers; it stands in the page's own address, so that tests share one server and no state. */
export const FakePage = z.object({
  status: z.number().default(200),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().default(''),
  encoding: z.enum(['utf8', 'latin1', 'base64', 'utf16le']).default('utf8'),
  /** How often the body is sent, one after the other. */
  times: z.number().default(1),
  gzip: z.boolean().default(false),
  /** After the headers and the body nothing more comes, or the connection breaks. */
  ending: z.enum(['complete', 'hang', 'break']).default('complete'),
});
export type FakePage = z.input<typeof FakePage>;

export const pagePath = (page: FakePage): string => `/?page=${encodeURIComponent(JSON.stringify(page))}`;
