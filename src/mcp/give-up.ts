import { z } from 'zod';

const Id = z.union([z.string(), z.number()]);
const Request = z.object({ id: Id, method: z.string() });
const GivenUp = z.object({
  method: z.literal('notifications/cancelled'),
  params: z.object({ requestId: Id }),
});

/**
 * Ends a request of one connection when its caller gives it up, which the SDK only tells the server. Contract: what
 * still waits for its turn is then never sent; what has been answered is read on.
 */
export function endGivenUp(): (
  init: RequestInit,
  send: (signal: AbortSignal) => Promise<Response>,
) => Promise<Response> {
  const unanswered = new Map<string | number, AbortController>();
  return async ({ body, signal }, send) => {
    const message: unknown = typeof body === 'string' ? JSON.parse(body) : undefined;
    const givenUp = GivenUp.safeParse(message);
    if (givenUp.success) unanswered.get(givenUp.data.params.requestId)?.abort();

    const stop = new AbortController();
    const request = Request.safeParse(message);
    if (request.success) unanswered.set(request.data.id, stop);
    try {
      return await send(AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]));
    } finally {
      if (request.success) unanswered.delete(request.data.id);
    }
  };
}
