import { methodNotAllowed as refuseOtherMethods } from 'hono/method-not-allowed';
import { adminPlatformRoutes } from '#http/admin-platforms.ts';
import { adminSettingsRoutes } from '#http/admin-settings.ts';
import { adminUserRoutes } from '#http/admin-users.ts';
import { adminWhitelistRoutes } from '#http/admin-whitelist.ts';
import { apiKey } from '#http/api-key.ts';
import { authRoutes } from '#http/auth.ts';
import { promptBody, smallBody } from '#http/body-limits.ts';
import { chatSocket, chatSocketDescription } from '#http/chat-socket.ts';
import { commandRoutes } from '#http/commands.ts';
import { configRoutes } from '#http/config.ts';
import { conversationRoutes } from '#http/conversations.ts';
import { cors } from '#http/cors.ts';
import { fileRoutes } from '#http/files.ts';
import { healthRoutes } from '#http/health.ts';
import { mcpOauthRoutes } from '#http/mcp-oauth.ts';
import { mcpServerRoutes } from '#http/mcp-servers.ts';
import { mcpTokenRoutes } from '#http/mcp-tokens.ts';
import { mcpRoutes } from '#http/mcp.ts';
import { newRouter } from '#http/new-router.ts';
import { OAUTH_PATH } from '#mcp/sign-in.ts';
import { methodNotAllowed, notFound } from '#http/not-found.ts';
import { onError } from '#http/on-error.ts';
import { serveOpenApi } from '#http/openapi.ts';
import { pageAuthRoutes } from '#http/page-auth.ts';
import { platformLinkRoutes } from '#http/platform-links.ts';
import { requestContext } from '#http/request-context.ts';
import { sessionRoutes } from '#http/sessions.ts';
import { usageRoutes } from '#http/usage.ts';
import { webhookRoutes } from '#http/webhooks.ts';

/** Every door of the HTTP side, on one screen. */
export function createApp() {
  const app = newRouter();
  app.onError(onError);
  app.notFound(notFound(app));

  app.use(requestContext);
  app.use(cors);
  app.use(apiKey);
  app.use(refuseOtherMethods({ app, onMethodNotAllowed: methodNotAllowed }));
  app.use('/api/v1/auth/*', smallBody);
  app.use('/api/v1/conversations/*', promptBody);

  app.route('/', healthRoutes());
  app.route('/api/v1', authRoutes());
  app.route('/api/v1', pageAuthRoutes());
  app.route('/api/v1', adminUserRoutes());
  app.route('/api/v1', adminSettingsRoutes());
  app.route('/api/v1', configRoutes());
  app.route('/api/v1', commandRoutes());
  app.route('/api/v1', conversationRoutes());
  app.route('/api/v1', sessionRoutes());
  app.route('/api/v1', fileRoutes());
  app.route('/api/v1', usageRoutes());
  app.route('/api/v1', adminWhitelistRoutes());
  app.route('/api/v1', adminPlatformRoutes());
  app.route('/api/v1', platformLinkRoutes());
  app.route('/api/v1', webhookRoutes());
  app.route('/api/v1', mcpTokenRoutes());
  app.route('/api/v1', mcpServerRoutes());
  app.route(OAUTH_PATH, mcpOauthRoutes());
  app.route('/', mcpRoutes());
  app.openAPIRegistry.registerPath(chatSocketDescription);
  app.get('/api/v1/ws/chat', chatSocket);
  serveOpenApi(app);
  return app;
}
