import { DurableObject } from 'cloudflare:workers';
import type { Channel } from '#channel/channel.ts';
import { openChannel } from '#channel/open-channel.ts';
import { adoptConversations, conversations, type Conversation } from '#channel/move-chat.ts';
import { receive, type Delivery, type Receipt } from '#channel/receive.ts';
import { wake } from '#channel/wake.ts';
import { isMigrated } from '#lib/migrate.ts';

/** One chat of a platform, named by `channelName`. The class only adapts; what it does stands in this folder. */
export class ChannelChat extends DurableObject<Env> {
  /** Undefined while nothing was ever stored, or while the platform is not set up. */
  #stored: Channel | undefined;

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    if (isMigrated(context.storage.sql)) this.#stored = openChannel(context, env) ?? undefined;
    this.#stored?.goOn();
  }

  /** Stores what a webhook brought, and answers for each. Everything else comes after. */
  receive(deliveries: readonly Delivery[]): Receipt[] {
    this.#stored ??= openChannel(this.ctx, this.env) ?? undefined;
    const channel = this.#stored;
    return channel === undefined
      ? deliveries.map(() => 'ignored' as const)
      : deliveries.map((delivery) => receive(channel, delivery));
  }

  conversations(): Conversation[] {
    return this.#stored === undefined ? [] : conversations(this.#stored);
  }

  adoptConversations(adopted: readonly Conversation[]): void {
    this.#stored ??= openChannel(this.ctx, this.env) ?? undefined;
    if (this.#stored !== undefined) adoptConversations(this.#stored, adopted);
  }

  /** A session says that a turn of this chat goes on, or has ended. */
  wake(sessionId: string): void {
    if (this.#stored !== undefined) wake(this.#stored, sessionId);
  }

  override alarm(): void {
    this.#stored?.goOn();
  }
}
