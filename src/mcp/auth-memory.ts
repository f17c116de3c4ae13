import type { OAuthClientProvider, OAuthDiscoveryState } from '@modelcontextprotocol/sdk/client/auth.js';
import {
  OAuthClientInformationFullSchema,
  OAuthClientInformationSchema,
  OAuthMetadataSchema,
  OAuthProtectedResourceMetadataSchema,
  OAuthTokensSchema,
  OpenIdProviderDiscoveryMetadataSchema,
  type OAuthClientInformationMixed,
  type OAuthClientMetadata,
  type OAuthTokens,
} from '@modelcontextprotocol/sdk/shared/auth.js';
import { z } from 'zod';

/** Where the server sends people back to, and what says who we are. */
export interface AuthClient {
  readonly redirectUrl: string;
  /** Set where servers can read it: an address with https. */
  readonly metadataUrl: string | undefined;
  /** Registered by hand. */
  readonly known: OAuthClientInformationMixed | undefined;
  readonly scope: string | undefined;
}

/** What a sign-in leaves behind, as it is stored. */
export const AuthMemory = z.object({
  client: z.union([OAuthClientInformationFullSchema, OAuthClientInformationSchema]).optional(),
  tokens: OAuthTokensSchema.optional(),
  verifier: z.string().optional(),
  discovery: z
    .object({
      authorizationServerUrl: z.string(),
      resourceMetadataUrl: z.string().exactOptional(),
      resourceMetadata: OAuthProtectedResourceMetadataSchema.exactOptional(),
      authorizationServerMetadata: z
        .union([OpenIdProviderDiscoveryMetadataSchema, OAuthMetadataSchema])
        .exactOptional(),
    })
    .optional(),
});
export type AuthMemory = z.infer<typeof AuthMemory>;

export const clientMetadata = (redirectUrl: string) =>
  ({
    client_name: 'Edgewise',
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  }) satisfies OAuthClientMetadata;

/** The SDK's view of one sign-in: it works on `memory`, and whoever made it stores that. */
export class AuthProvider implements OAuthClientProvider {
  readonly memory: AuthMemory;
  /** Where the user has to go; set by a sign-in that needs them. */
  authorizationUrl: URL | undefined;
  /** Whether the server said that the tokens are worth nothing any more. */
  refused = false;
  readonly redirectUrl: string;
  readonly clientMetadata: OAuthClientMetadata;
  readonly clientMetadataUrl?: string;
  readonly #client: AuthClient;
  readonly #state: string;

  constructor(client: AuthClient, memory: AuthMemory, state = '') {
    this.#client = client;
    this.#state = state;
    this.memory = memory;
    this.redirectUrl = client.redirectUrl;
    this.clientMetadata = {
      ...clientMetadata(client.redirectUrl),
      ...(client.scope !== undefined && { scope: client.scope }),
    };
    if (client.metadataUrl !== undefined) this.clientMetadataUrl = client.metadataUrl;
  }

  state(): string {
    return this.#state;
  }

  clientInformation(): OAuthClientInformationMixed | undefined {
    return this.#client.known ?? this.memory.client;
  }

  saveClientInformation(client: OAuthClientInformationMixed): void {
    this.memory.client = client;
  }

  tokens(): OAuthTokens | undefined {
    return this.memory.tokens;
  }

  saveTokens(tokens: OAuthTokens): void {
    this.memory.tokens = tokens;
  }

  redirectToAuthorization(url: URL): void {
    this.authorizationUrl = url;
  }

  saveCodeVerifier(verifier: string): void {
    this.memory.verifier = verifier;
  }

  codeVerifier(): string {
    return this.memory.verifier ?? '';
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.memory.discovery;
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.memory.discovery = state;
  }

  invalidateCredentials(scope: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): void {
    if (scope === 'all' || scope === 'tokens') {
      this.refused = true;
      delete this.memory.tokens;
    }
    if (scope === 'all' || scope === 'client') delete this.memory.client;
    if (scope === 'all' || scope === 'discovery') delete this.memory.discovery;
  }
}
