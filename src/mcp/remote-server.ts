import { z } from 'zod';

/** Part of each of its tools' names, of a path of the API, and of a row's key. */
export const ServerName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'may have 1 to 64 letters, digits, "-" and "_"');

const address = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
    error: 'must be an address with http or https',
  })
  .refine((text) => !URL.canParse(text) || new URL(text).username === '', {
    error: 'must not hold a password: put it into a header, as ${NAME_OF_A_SECRET}',
  });

/** What is said of a server in `agents.yaml`. Values of headers may hold `${NAME}`: a variable of the deployment. */
export const RemoteServerFields = z.strictObject({
  url: address,
  headers: z
    .record(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'is no name of a header'), z.string())
    .optional(),
  /** How long a call that was sent may go without a sign of life. */
  timeout_seconds: z.number().min(1).max(600).optional(),
  /** Streamable HTTP with SSE as fallback, or SSE alone. */
  transport: z.enum(['http', 'sse']).optional(),
  /** For servers at which clients cannot register by themselves. */
  oauth: z
    .strictObject({
      client_id: z.string().min(1),
      /** May hold `${NAME}`, too. */
      client_secret: z.string().min(1).optional(),
      scope: z.string().min(1).optional(),
    })
    .optional(),
});

/** An MCP server that is reached over HTTP. */
export interface RemoteServer {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly transport: 'http' | 'sse';
  readonly oauth?: z.infer<typeof RemoteServerFields>['oauth'];
}

const DEFAULT_TIMEOUT_SECONDS = 60;

export function toRemoteServer(name: string, fields: z.infer<typeof RemoteServerFields>): RemoteServer {
  const { url, headers = {}, timeout_seconds = DEFAULT_TIMEOUT_SECONDS, transport = 'http', oauth } = fields;
  return { name, url, headers, timeoutSeconds: timeout_seconds, transport, ...(oauth && { oauth }) };
}
