import { z } from 'zod';

/** What the result of a tool that made a file holds, as JSON, for clients that show files. */
export const StandaloneFile = z.object({
  _standalone_file: z.object({
    /** `audio`, `video`, `image` or `file`. */
    type: z.string().optional(),
    filename: z.string(),
    /** Where it can be had, for a while and by whoever knows it. */
    url: z.string().optional(),
    size_bytes: z.number().optional(),
  }),
});
export type StandaloneFile = z.infer<typeof StandaloneFile>;
