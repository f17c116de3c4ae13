import { z } from 'zod';
import { ServerEvent } from '#protocol/server-event.ts';

const numbered = { event_id: z.number().int().optional() };

/** Events that this client shows though not every server sends them. */
const OptionalEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('compact_started'), ...numbered }),
  z.object({
    type: z.literal('compact_completed'),
    session_id: z.string().nullish(),
    summary: z.string().nullish(),
    ...numbered,
  }),
  z.object({ type: z.literal('thinking'), text: z.string(), ...numbered }),
]);

export const ChatEvent = z.union([OptionalEvent, ServerEvent]);
export type ChatEvent = z.infer<typeof ChatEvent>;

/** One event, or `undefined` for a type that is not known here: a newer server may say more. */
export const readEvent = (value: unknown): ChatEvent | undefined => ChatEvent.safeParse(value).data;
