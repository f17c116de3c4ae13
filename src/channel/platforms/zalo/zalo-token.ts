import { DurableObject } from 'cloudflare:workers';
import { openTokens, type OpenTokens, type SignInEnd } from './open-tokens.ts';
import type { TokenKeeper, TokenState } from './token-keeper.ts';

/** Keeps the tokens of one Official Account, and renews them ahead of their end. The class only adapts. */
export class ZaloToken extends DurableObject<Env> implements TokenKeeper {
  #opened: OpenTokens | null = null;

  read(): Promise<string | null> {
    return this.#with((tokens) => tokens.chain.read(), null);
  }

  renew(refused: string): Promise<string | null> {
    return this.#with((tokens) => tokens.chain.renew(refused), null);
  }

  state(): Promise<TokenState> {
    const missing = { expiresAt: null, canRenew: false, problem: 'missing' } as const;
    return this.#with((tokens) => tokens.chain.state(), missing);
  }

  begin(): Promise<string | null> {
    return this.#with((tokens) => tokens.begin(), null);
  }

  /** What Zalo has sent the administrator back with. Contract: a state works once. */
  finish(state: string, code: string): Promise<SignInEnd> {
    return this.#with((tokens) => tokens.finish(state, code), 'expired');
  }

  override async alarm(): Promise<void> {
    await this.#with((tokens) => tokens.chain.renewIfDue(), undefined);
  }

  /** Null where no Official Account is set up: then there is nothing to keep, and nothing to wake for. */
  async #with<Value>(act: (tokens: OpenTokens) => Promise<Value>, otherwise: Value): Promise<Value> {
    this.#opened ??= await openTokens(this.ctx, this.env);
    if (this.#opened === null) return otherwise;
    const value = await act(this.#opened);
    await this.#arm(this.#opened);
    return value;
  }

  async #arm({ chain }: OpenTokens): Promise<void> {
    const { storage } = this.ctx;
    const [due, armed] = await Promise.all([chain.nextRenewal(), storage.getAlarm()]);
    if (due === null && armed !== null) await storage.deleteAlarm();
    if (due !== null && due !== armed) await storage.setAlarm(due);
  }
}
