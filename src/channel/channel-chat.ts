import { DurableObject } from 'cloudflare:workers';
import { noteAsking } from '#channel/asked-elsewhere.ts';
import type { Channel } from '#channel/channel.ts';
import type { Asking } from '#channel/look-later.ts';
import { openChannel } from '#channel/open-channel.ts';
import { adopt, handOn, leave } from '#channel/move-chat.ts';
import { receive, type Delivery, type Receipt } from '#channel/receive.ts';
import { readTurn } from '#channel/turn.ts';
import { waitForPlatform } from '#channel/wait-for-platform.ts';
import { wake } from '#channel/wake.ts';
import { systemClock } from '#lib/clock.ts';
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

  /** The chat goes on under another id. Contract: when this returns, it does; if it breaks off, it does a little later. */
  async moveTo(chatId: string): Promise<void> {
    if (this.#stored === undefined) return;
    leave(this.#stored, chatId);
    await handOn(this.#stored);
  }

  adopt(moved: string): void {
    this.#stored ??= openChannel(this.ctx, this.env) ?? undefined;
    if (this.#stored === undefined) throw new Error('the platform of this chat is not set up');
    adopt(this.#stored, moved);
  }

  /** A session says that a turn of this chat goes on, waits or has ended. It says so again later where this throws. */
  wake(sessionId: string): void {
    if (this.#stored !== undefined) wake(this.#stored, sessionId);
    else if (isMigrated(this.ctx.storage.sql)) throw new Error('the platform of this chat is not set up');
  }

  /** A session of the person waits for an answer, or does no longer. Contract: as of `wake`. */
  askedElsewhere(asking: Asking): void {
    const { sql } = this.ctx.storage;
    if (this.#stored !== undefined) noteAsking(this.#stored, asking);
    // Where the platform is not set up, nobody can be asked; but a turn that was begun here must hear of it
    else if (!isMigrated(sql) || readTurn(sql) === undefined) return;
    this.wake(asking.sessionId);
  }

  override async alarm(): Promise<void> {
    if (this.#stored !== undefined) this.#stored.goOn();
    else if (isMigrated(this.ctx.storage.sql)) await waitForPlatform(this.ctx.storage, systemClock.now());
  }
}
