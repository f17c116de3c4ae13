import { newRouter } from '#http/new-router.ts';
import { sessionCompactRoutes } from '#http/session-compact.ts';
import { sessionExportRoutes } from '#http/session-export.ts';
import { sessionListRoutes } from '#http/session-list.ts';
import { sessionOpeningRoutes } from '#http/session-opening.ts';
import { singleSessionRoutes } from '#http/single-session.ts';

/** Everything under `/sessions`. */
export function sessionRoutes() {
  const routes = newRouter();
  // First, because `/sessions/search` would also be a session's path
  routes.route('/', sessionListRoutes());
  routes.route('/', sessionOpeningRoutes());
  routes.route('/', singleSessionRoutes());
  routes.route('/', sessionExportRoutes());
  routes.route('/', sessionCompactRoutes());
  return routes;
}
