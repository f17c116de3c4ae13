import { mayWrite } from '#channel/admission.ts';
import { channelName } from '#channel/channel.ts';
import { followPerson } from '#channel/aliases.ts';
import { readCommand } from '#channel/command.ts';
import { renameUser } from '#channel/identity.ts';
import type { PeopleDeps } from '#channel/people-deps.ts';
import type { InboundEvent, Platform } from '#channel/platform.ts';
import type { Delivery, Receipt } from '#channel/receive.ts';
import { isOldRename, rememberRename } from '#channel/renames.ts';

/**
 * What was written earlier is not taken: a delivery that is recorded and brought again must not outlive the memory of
 * what was taken (`receive.ts`). No platform brings anything so late.
 */
const STALE_MS = 7 * 24 * 60 * 60 * 1000;

export interface TakeDeps {
  readonly chats: Env['CHANNEL_CHAT'];
  readonly people: PeopleDeps;
}

/**
 * Stores what a platform brought in the objects of its chats. Contract: when this returns, it is stored; each event
 * counts once, however often it is brought. For several, the answer is the best that became of one.
 */
export async function takeEvents(
  { name: platform, chatIsPerson = false }: Platform,
  events: readonly InboundEvent[],
  { chats, people }: TakeDeps,
): Promise<Receipt> {
  const byChat = new Map<string, Delivery[]>();
  const lookedUp = new Map<string, Promise<boolean>>();
  const oldest = people.clock.now() - STALE_MS;
  for (const event of events) {
    if ('sentAt' in event && event.sentAt < oldest) continue;
    if (event.kind === 'renamed') {
      if (await isOldRename(platform, event, people)) continue;
      if (event.what === 'user') await renameUser(platform, event, people);
      if (event.what === 'chat' || chatIsPerson) await moveChat(event);
      await rememberRename(platform, event, people);
      continue;
    }
    if (event.kind === 'message' && event.isGroup && !event.isAddressed) continue;
    const ids = senderIds(event);
    // A stranger may link an account, and has then the right of it
    const isLinking = event.kind === 'message' && !event.isGroup && readCommand(event.text)?.kind === 'link';
    const admitted = ids === null || isLinking || (await isWelcome(ids));
    if (chatIsPerson && admitted && ids !== null && event.kind === 'message') {
      const move = (from: string) => moveChat({ from, to: event.address.chatId });
      await followPerson({ platform, ids, sentAt: event.sentAt }, people, move);
    }
    const name = channelName(platform, event.address);
    byChat.set(name, [...(byChat.get(name) ?? []), { event, admitted }]);
  }
  const receipts = await Promise.all(
    [...byChat].map(([name, deliveries]) => chats.getByName(name).receive(deliveries)),
  );
  const all = receipts.flat();
  return ranking.find((receipt) => all.includes(receipt)) ?? 'ignored';

  /** A batch is often one person's: a stranger, too, is looked up once. */
  function isWelcome(ids: readonly string[]): Promise<boolean> {
    const key = JSON.stringify(ids);
    const known = lookedUp.get(key) ?? mayWrite({ platform, ids }, people);
    lookedUp.set(key, known);
    return known;
  }

  async function moveChat({ from, to }: { readonly from: string; readonly to: string }): Promise<void> {
    await chats.getByName(channelName(platform, { chatId: from, threadId: null })).moveTo(to);
  }
}

const ranking: readonly Receipt[] = ['ok', 'blocked', 'duplicate'];

/** Null: nobody sent it. */
function senderIds(event: Delivery['event']): readonly string[] | null {
  switch (event.kind) {
    case 'message':
      return [event.sender.id, ...event.sender.otherIds];
    case 'stop':
      return [event.senderId];
    case 'delivery':
      return null;
  }
}
