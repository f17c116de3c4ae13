/** Who holds the Official Account's tokens: one object for all chats, since a refresh token can be used once. */
export interface TokenKeeper {
  /** Null: there is none that Zalo takes. */
  read(): Promise<string | null>;
  /** Another one, where Zalo has refused this one. Null: there is none, at least for now. */
  renew(refused: string): Promise<string | null>;
  state(): Promise<TokenState>;
  /**
   * Begins to ask the administrator of the account for new tokens: the page of Zalo where they agree, once. Null where
   * nothing can be kept.
   */
  begin(): Promise<string | null>;
}

export interface TokenState {
  /** Milliseconds since 1970; null where it is not known. */
  readonly expiresAt: number | null;
  readonly canRenew: boolean;
  /** `missing`: never had any. `refused`: Zalo does not renew it. `unreachable`: Zalo did not answer the last time. */
  readonly problem: 'missing' | 'refused' | 'unreachable' | null;
}

/** Where nothing can be kept: the token of the settings, for as long as it lives. */
export const fixedToken = (token: string | undefined): TokenKeeper => ({
  read: async () => token ?? null,
  renew: async () => null,
  state: async () => ({ expiresAt: null, canRenew: false, problem: token === undefined ? 'missing' : null }),
  begin: async () => null,
});
