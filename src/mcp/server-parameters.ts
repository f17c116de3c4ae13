import { z } from 'zod';
import { isInnerPath } from '#files/file-name.ts';

export const SessionParameter = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,128}$/, 'not a session id')
  .describe('Id of a session, as list_sessions gives it');

export const PathParameter = z
  .string()
  .regex(/^(input|output)\/./, 'begin with input/ or output/')
  .max(1_000)
  .refine(isInnerPath, 'a path below input/ or output/, without . and ..')
  .describe('Path of the file: input/… for what the user gave, output/… for what was made');

/** Most programs give a call a minute unless they see progress, so this is as long as a patient one waits. */
export const WaitParameter = z
  .number()
  .int()
  .min(1)
  .max(900)
  .default(300)
  .describe(
    'Seconds to wait for the answer. The agent works on after that: wait_for_agent comes back to it. ' +
      'Take 50 if your calls are cut off after a minute',
  );
