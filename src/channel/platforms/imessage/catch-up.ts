import { z } from 'zod';
import type { InboundEvent } from '#channel/platform.ts';
import type { BlueBubbles } from './blue-bubbles.ts';
import { parseMessage } from './parse.ts';

/** As many as the server gives at once. */
const PAGE = 1000;
/** After so many pages the rest is left to the next time. */
const MAX_PAGES = 10;

const Page = z.object({ data: z.array(z.unknown()) });

/** What came while nobody listened: webhooks are sent once and not again. Known messages have the keys they had. */
export async function catchUp(
  api: BlueBubbles,
  since: number,
  botName: string,
): Promise<readonly InboundEvent[]> {
  const events: InboundEvent[] = [];
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await api.post('message/query', {
      after: since,
      sort: 'ASC',
      limit: PAGE,
      offset: page * PAGE,
      with: ['chats', 'chats.participants', 'attachment', 'handle'],
    });
    const parsed = Page.safeParse(answer.kind === 'answer' ? answer.body : null);
    if (!parsed.success) return events;
    events.push(...parsed.data.data.flatMap((message) => parseMessage(message, false, botName)));
    if (parsed.data.data.length < PAGE) return events;
  }
  return events;
}
