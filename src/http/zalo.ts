import { createRoute, z } from '@hono/zod-openapi';
import { html } from 'hono/html';
import { tokenObject } from '#channel/platforms/zalo/zalo-tokens.ts';
import { OAUTH_CALLBACK_PATH } from '#channel/platforms/zalo/zalo-settings.ts';
import { newRouter } from '#http/new-router.ts';
import { plainPage } from '#http/plain-page.ts';
import { routeSecurity } from '#http/route-security.ts';

const page = (description: string) => ({
  description,
  content: { 'text/html': { schema: z.string() } },
});

const callbackRoute = createRoute({
  method: 'get',
  path: OAUTH_CALLBACK_PATH,
  summary: 'Where Zalo sends the administrator of an Official Account back to',
  security: routeSecurity.nobody,
  request: { query: z.object({ state: z.string().default(''), code: z.string().default('') }) },
  responses: {
    200: page('The tokens are kept'),
    400: page('Zalo gave none'),
    404: page('Not begun, used or expired'),
  },
});

/** What Zalo itself asks for, beside webhooks. Nothing here needs a key: what counts is the state, once. */
export function zaloRoutes() {
  const routes = newRouter();

  routes.openapi(callbackRoute, async (c) => {
    const { state, code } = c.req.valid('query');
    c.header('cache-control', 'no-store');
    c.header('referrer-policy', 'no-referrer');
    if (state === '') return c.html(expired, 404);
    const end = await tokenObject(c.env, c.var.settings).finish(state, code);
    if (end === 'expired') return c.html(expired, 404);
    return end === 'done' ? c.html(done, 200) : c.html(refused, 400);
  });

  // Zalo sees by it that whoever set up the app also has the domain
  routes.get('/:file{zalo_verifier.*\\.html}', async (c) => {
    const code = c.var.settings.ZALO_VERIFICATION;
    if (code === undefined || c.req.path !== `/zalo_verifier${code}.html`) return c.notFound();
    return c.html(
      html`<!doctype html>
        <html lang="en">
          <head>
            <meta charset="utf-8" />
            <meta name="zalo-platform-site-verification" content="${code}" />
            <title>Edgewise</title>
          </head>
          <body>
            zalo_verifier${code}
          </body>
        </html>`,
    );
  });

  return routes;
}

const expired = plainPage('This link is over', {
  text: 'It was used already or has expired. Run `npx edgewise setup zalo` for a new one.',
});
const done = plainPage('The Official Account is connected', {
  text: 'Edgewise keeps its tokens and renews them by itself. You can close this page.',
});
const refused = plainPage('The Official Account is not connected', {
  text: 'Zalo gave no tokens. Check ZALO_APP_ID and ZALO_APP_SECRET, then run `npx edgewise setup zalo` for a new link.',
});
