import { createRoute, z } from '@hono/zod-openapi';
import { forgetAdmissions } from '#channel/admission.ts';
import {
  addWhitelistEntry,
  readWhitelist,
  removeWhitelistEntry,
  setWhitelistEnabled,
} from '#channel/whitelist.ts';
import { requireAdmin } from '#http/identity.ts';
import { jsonAnswer, jsonBody, newRouter } from '#http/new-router.ts';
import { peopleDeps } from '#http/people-deps.ts';
import { Detail } from '#protocol/account.ts';
import { NewWhitelistEntry, Whitelist, WhitelistEntry, WhitelistToggle } from '#protocol/whitelist.ts';

const refused = {
  401: jsonAnswer(Detail, 'No valid token'),
  403: jsonAnswer(Detail, 'Not an administrator'),
};

const readRoute = createRoute({
  method: 'get',
  path: '/admin/whitelist',
  summary: 'Who may write to the bots, and on which platforms that counts',
  middleware: [requireAdmin] as const,
  responses: { 200: jsonAnswer(Whitelist, 'The whitelist'), ...refused },
});

const addRoute = createRoute({
  method: 'post',
  path: '/admin/whitelist',
  summary: 'Let someone write',
  middleware: [requireAdmin] as const,
  request: jsonBody(NewWhitelistEntry),
  responses: {
    200: jsonAnswer(WhitelistEntry, 'The new entry'),
    409: jsonAnswer(Detail, 'They are on the list already'),
    ...refused,
  },
});

const removeRoute = createRoute({
  method: 'delete',
  path: '/admin/whitelist/{entry_id}',
  summary: 'Let someone write no longer',
  middleware: [requireAdmin] as const,
  request: { params: z.object({ entry_id: z.string() }) },
  responses: {
    200: jsonAnswer(z.object({ status: z.literal('deleted') }), 'Removed'),
    404: jsonAnswer(Detail, 'No such entry'),
    ...refused,
  },
});

const toggleRoute = createRoute({
  method: 'post',
  path: '/admin/whitelist/toggle',
  summary: 'Whether the whitelist counts on a platform; where it does not, everyone may write',
  middleware: [requireAdmin] as const,
  request: jsonBody(WhitelistToggle),
  responses: { 200: jsonAnswer(WhitelistToggle, 'As it is now'), ...refused },
});

export function adminWhitelistRoutes() {
  const routes = newRouter();

  routes.openapi(readRoute, async (c) => c.json(await readWhitelist(peopleDeps(c)), 200));

  routes.openapi(toggleRoute, async (c) => {
    const toggle = c.req.valid('json');
    await setWhitelistEnabled(toggle, peopleDeps(c));
    forgetAdmissions();
    return c.json(toggle, 200);
  });

  routes.openapi(addRoute, async (c) => {
    const added = await addWhitelistEntry(c.req.valid('json'), peopleDeps(c));
    return added.ok
      ? c.json(added.value, 200)
      : c.json({ detail: 'This number is on the whitelist of the platform already' }, 409);
  });

  routes.openapi(removeRoute, async (c) => {
    const removed = await removeWhitelistEntry(c.req.valid('param').entry_id, peopleDeps(c));
    forgetAdmissions();
    return removed ? c.json({ status: 'deleted' as const }, 200) : c.json({ detail: 'Entry not found' }, 404);
  });

  return routes;
}
