import { z } from 'zod';

/** The parts of Meta's webhooks that concern us: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks */
const optionalText = z.string().optional().catch(undefined);

const Media = z.object({
  id: z.string(),
  mime_type: optionalText,
  caption: optionalText,
  filename: optionalText,
  voice: z.boolean().optional().catch(undefined),
});
export type Media = z.infer<typeof Media>;

const Answered = z.object({ id: z.string(), title: z.string() });

export const Message = z.object({
  id: z.string().min(1),
  /** The phone number; absent for people who show a user name instead, whose id is the other one. */
  from: optionalText,
  from_user_id: optionalText,
  timestamp: z.string().regex(/^\d+$/),
  type: z.string(),
  text: z.object({ body: z.string() }).optional(),
  image: Media.optional(),
  video: Media.optional(),
  audio: Media.optional(),
  sticker: Media.optional(),
  document: Media.optional(),
  interactive: z.object({ button_reply: Answered.optional(), list_reply: Answered.optional() }).optional(),
  button: z.object({ text: z.string(), payload: optionalText }).optional(),
  location: z
    .object({ latitude: z.number(), longitude: z.number(), name: optionalText, address: optionalText })
    .optional(),
  contacts: z
    .array(
      z.object({
        name: z.object({ formatted_name: z.string() }),
        phones: z.array(z.object({ phone: optionalText })).catch([]),
      }),
    )
    .optional(),
  reaction: z.object({ emoji: optionalText }).optional(),
  order: z
    .object({
      product_items: z.array(
        z.object({ product_retailer_id: z.string(), quantity: z.union([z.number(), z.string()]) }),
      ),
    })
    .optional(),
  system: z
    .object({
      type: optionalText,
      wa_id: optionalText,
      user_id: optionalText,
      previous_user_id: optionalText,
    })
    .optional(),
});
export type Message = z.infer<typeof Message>;

export const Status = z.object({
  id: z.string(),
  status: z.enum(['sent', 'delivered', 'read', 'failed']),
  recipient_id: optionalText,
  recipient_user_id: optionalText,
  errors: z.array(z.object({ code: z.number() })).catch([]),
});

export type Status = z.infer<typeof Status>;

export const Contact = z.object({
  wa_id: optionalText,
  user_id: optionalText,
  profile: z.object({ name: optionalText }).optional().catch(undefined),
});
export type Contact = z.infer<typeof Contact>;

/** Messages and statuses one by one: one of an unknown form does not cost the others. */
export const Payload = z.object({
  object: z.literal('whatsapp_business_account'),
  entry: z.array(
    z.object({
      changes: z.array(
        z.object({
          value: z
            .object({
              metadata: z.object({ phone_number_id: z.string() }),
              contacts: z.array(z.unknown()).catch([]),
              messages: z.array(z.unknown()).catch([]),
              statuses: z.array(z.unknown()).catch([]),
            })
            .optional()
            .catch(undefined),
        }),
      ),
    }),
  ),
});
