/** Why a server or one of its tools cannot be used, in our words and on one line: the model reads it. */
export class McpProblem extends Error {
  override readonly name: string = 'McpProblem';
}

/** What a server said when it asked for a sign-in. */
export interface Challenge {
  readonly resourceMetadataUrl?: string | undefined;
  readonly scope?: string | undefined;
}

/** The server did not take what was sent, so it did not happen. */
export class NotTaken extends McpProblem {
  override readonly name: string = 'NotTaken';
}

/** Nobody knows whether a call that was sent took effect. */
export class EndUnknown extends McpProblem {
  override readonly name = 'EndUnknown';
}

/** The user has to sign in at the server, anew or with more rights. */
export class SignInNeeded extends NotTaken {
  override readonly name = 'SignInNeeded';
  readonly challenge: Challenge;

  constructor(server: string, challenge: Challenge) {
    super(`The MCP server ${server} wants the user to sign in.`);
    this.challenge = challenge;
  }
}

/** The server does not know the connection any more. */
export class ConnectionExpired extends NotTaken {
  override readonly name = 'ConnectionExpired';
}

/** The server refused a call, in its own words: data, as its results are. */
export class ServerRefused extends McpProblem {
  override readonly name = 'ServerRefused';
}
