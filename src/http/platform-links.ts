import { createRoute, z } from '@hono/zod-openapi';
import { forgetAdmissions } from '#channel/admission.ts';
import {
  linkByPersonCode,
  linkedIdentities,
  newAccountCode,
  previewPersonCode,
  unlink,
} from '#channel/link-account.ts';
import { accountDeps } from '#http/account-deps.ts';
import { requireUser } from '#http/identity.ts';
import { jsonAnswer, jsonBody, newRouter } from '#http/new-router.ts';
import { Detail } from '#protocol/account.ts';
import { LinkCode, LinkCodeEntry, LinkedIdentity, LinkPreview } from '#protocol/link.ts';

const wrongCode = 'The code is wrong or has expired. Send /link in the chat for a new one.';
const refused = { 401: jsonAnswer(Detail, 'Not signed in') };

const codeRoute = createRoute({
  method: 'post',
  path: '/platforms/link-codes',
  summary: 'A one-time code for 10 minutes: typed in a messenger as `/link CODE`, it links that chat’s user',
  middleware: [requireUser] as const,
  responses: { 200: jsonAnswer(LinkCode, 'The code; an earlier one ends'), ...refused },
});

const listRoute = createRoute({
  method: 'get',
  path: '/platforms/identities',
  summary: 'Who in messengers acts as this account',
  middleware: [requireUser] as const,
  responses: { 200: jsonAnswer(z.object({ identities: z.array(LinkedIdentity) }), 'The links'), ...refused },
});

const previewRoute = createRoute({
  method: 'post',
  path: '/platforms/link-codes/preview',
  summary: 'Whom a code that was shown in a messenger would link, for asking before it is entered',
  middleware: [requireUser] as const,
  request: jsonBody(LinkCodeEntry),
  responses: {
    200: jsonAnswer(LinkPreview, 'The sender; the code stays good'),
    404: jsonAnswer(Detail, 'The code is wrong, spent or too old'),
    ...refused,
  },
});

const enterRoute = createRoute({
  method: 'post',
  path: '/platforms/identities',
  summary: 'Link who got this code in a messenger (`/link` without a code shows one)',
  middleware: [requireUser] as const,
  request: jsonBody(LinkCodeEntry),
  responses: {
    200: jsonAnswer(LinkedIdentity, 'The new link'),
    404: jsonAnswer(Detail, 'The code is wrong, spent or too old'),
    ...refused,
  },
});

const unlinkRoute = createRoute({
  method: 'delete',
  path: '/platforms/identities/{identity_id}',
  summary: 'End a link',
  middleware: [requireUser] as const,
  request: { params: z.object({ identity_id: z.string() }) },
  responses: {
    200: jsonAnswer(z.object({ status: z.literal('deleted') }), 'Ended'),
    404: jsonAnswer(Detail, 'No such link of this account'),
    ...refused,
  },
});

export function platformLinkRoutes() {
  const routes = newRouter();

  routes.openapi(codeRoute, async (c) =>
    c.json(await newAccountCode(c.var.user.username, accountDeps(c)), 200),
  );

  routes.openapi(listRoute, async (c) =>
    c.json({ identities: await linkedIdentities(c.var.user.username, accountDeps(c)) }, 200),
  );

  routes.openapi(previewRoute, async (c) => {
    const preview = await previewPersonCode(c.req.valid('json').code, accountDeps(c));
    return preview === null ? c.json({ detail: wrongCode }, 404) : c.json(preview, 200);
  });

  routes.openapi(enterRoute, async (c) => {
    const linked = await linkByPersonCode(c.var.user.username, c.req.valid('json').code, accountDeps(c));
    return linked === null ? c.json({ detail: wrongCode }, 404) : c.json(linked, 200);
  });

  routes.openapi(unlinkRoute, async (c) => {
    const link = { username: c.var.user.username, id: c.req.valid('param').identity_id };
    const unlinked = await unlink(link, accountDeps(c));
    forgetAdmissions();
    return unlinked
      ? c.json({ status: 'deleted' as const }, 200)
      : c.json({ detail: 'Identity not found' }, 404);
  });

  return routes;
}
