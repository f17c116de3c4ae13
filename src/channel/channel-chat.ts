import { DurableObject } from 'cloudflare:workers';
import { adopt } from '#channel/adopt-chat.ts';
import { noteSession, type SessionNote } from '#channel/asked-elsewhere.ts';
import type { Channel } from '#channel/channel.ts';
import { openChannel } from '#channel/open-channel.ts';
import { handOn, leave } from '#channel/move-chat.ts';
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

  /**
   * Stores what a webhook brought, and answers for each. Everything else comes after. Throws where the platform is not
   * set up, as far as this object knows: the Worker found that it is, and so it is brought again.
   */
  receive(deliveries: readonly Delivery[]): Receipt[] {
    const channel = this.#open();
    return deliveries.map((delivery) => receive(channel, delivery));
  }

  /** The chat goes on under another id. Contract: when this returns, it does; if it breaks off, it does a little later. */
  async moveTo(chatId: string): Promise<void> {
    if (this.#stored === undefined) return;
    leave(this.#stored, chatId);
    await handOn(this.#stored);
  }

  adopt(moved: string): void {
    adopt(this.#open(), moved);
  }

  /** A session says that a turn of this chat goes on, waits or has ended. It says so again later where this throws. */
  wake(sessionId: string): void {
    if (this.#stored !== undefined) wake(this.#stored, sessionId);
    else if (isMigrated(this.ctx.storage.sql)) throw new Error(notSetUp);
  }

  /** A session of the person waits for an answer, or does no longer. Contract: as of `wake`. */
  noteSession(note: SessionNote): void {
    const { sql } = this.ctx.storage;
    if (this.#stored !== undefined) noteSession(this.#stored, note);
    // Where the platform is not set up, nobody can be asked; but a turn that was begun here must hear of it
    else if (!isMigrated(sql) || readTurn(sql) === undefined) return;
    this.wake(note.sessionId);
  }

  override async alarm(): Promise<void> {
    if (this.#stored !== undefined) this.#stored.goOn();
    else if (isMigrated(this.ctx.storage.sql)) await waitForPlatform(this.ctx.storage, systemClock.now());
  }

  #open(): Channel {
    this.#stored ??= openChannel(this.ctx, this.env) ?? undefined;
    if (this.#stored === undefined) throw new Error(notSetUp);
    return this.#stored;
  }
}

const notSetUp = 'the platform of this chat is not set up';
