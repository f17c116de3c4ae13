import { z } from 'zod';

const Id = z.union([z.string(), z.number()]);
export type RequestId = z.infer<typeof Id>;
const Request = z.object({ id: Id, method: z.string() });
const GivenUp = z.object({
  method: z.literal('notifications/cancelled'),
  params: z.object({ requestId: Id }),
});

/** Undefined for a notification, for an answer, and where nothing is said. */
export function requestId(message: unknown): RequestId | undefined {
  const request = Request.safeParse(message);
  return request.success ? request.data.id : undefined;
}

/**
 * Ends a request of one connection when its caller gives it up, which the SDK only tells the server. Contract: what
 * still waits for its turn is then never sent; what has been answered is read on.
 */
export function endGivenUp(): (
  message: unknown,
  send: (stop: AbortSignal) => Promise<Response>,
) => Promise<Response> {
  const unanswered = new Map<string | number, AbortController>();
  return async (message, send) => {
    const givenUp = GivenUp.safeParse(message);
    if (givenUp.success) unanswered.get(givenUp.data.params.requestId)?.abort();

    const stop = new AbortController();
    const id = requestId(message);
    if (id !== undefined) unanswered.set(id, stop);
    try {
      return await send(stop.signal);
    } finally {
      if (id !== undefined) unanswered.delete(id);
    }
  };
}
