import { z } from 'zod';

/** By the text of the question: the label chosen, several of them, or `Other: …`. Empty: the user skipped it. */
export const Answers = z.record(z.string(), z.union([z.string(), z.array(z.string())])).catch({});

/** What a person, or the lack of one, gave to a call that waits. */
export const Reply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('answers'), answers: Answers }),
  z.object({ kind: z.literal('decision'), approved: z.boolean(), feedback: z.string() }),
  /** The deadline that the deployer set has passed. It is never consent. */
  z.object({ kind: z.literal('no_answer'), seconds: z.number() }),
]);
export type Reply = z.infer<typeof Reply>;
