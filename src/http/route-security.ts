import type { AppEnv } from '#http/app-env.ts';
import type { OpenAPIHono } from '@hono/zod-openapi';

/** The ways to say who one is, as /openapi.json names them. */
const schemes = {
  ApiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
  UserToken: { type: 'apiKey', in: 'header', name: 'X-User-Token' },
  PageCookie: {
    type: 'apiKey',
    in: 'cookie',
    name: 'edgewise_session',
    description: "Set by /api/v1/auth/page/login; counts only on requests of this server's own page",
  },
  Bearer: {
    type: 'http',
    scheme: 'bearer',
    description: "The user's access token, or a personal token of /api/v1/mcp/tokens",
  },
  SocketToken: {
    type: 'apiKey',
    in: 'query',
    name: 'token',
    description: "The user's access token, where a browser cannot send headers",
  },
} as const;

/** Which of them a route takes; `apiKey` and the handlers are what enforces it. */
export const routeSecurity = {
  nobody: [],
  key: [{ ApiKey: [] }, { PageCookie: [] }],
  user: [{ ApiKey: [], UserToken: [] }, { PageCookie: [] }],
  page: [{ PageCookie: [] }],
  bearer: [{ Bearer: [] }],
  socket: [{ SocketToken: [] }, { PageCookie: [] }],
} satisfies Record<string, { [Name in keyof typeof schemes]?: never[] }[]>;

export function describeSecurity({ openAPIRegistry }: OpenAPIHono<AppEnv>): void {
  for (const [name, scheme] of Object.entries(schemes)) {
    openAPIRegistry.registerComponent('securitySchemes', name, scheme);
  }
}
