import type { ApiApp } from '../api-app.ts';
import type { ApiContext } from '../api-context.ts';
import { addCallRoutes } from './call-routes.ts';
import { addExportRoutes } from './export-routes.ts';
import { addFacetRoute } from './facet-route.ts';
import { addFieldRoute } from './field-route.ts';
import { addHealthRoute } from './health-routes.ts';
import { addHistogramRoute } from './histogram-route.ts';
import { addImportRoute } from './import-route.ts';
import { addMessageRoutes } from './message-routes.ts';
import { addSessionRoutes } from './session-routes.ts';
import { addTokenRoutes } from './token-routes.ts';
import { addUserRoutes } from './user-routes.ts';

/** Everything under `/api/v1`. A new group of routes is one file and one line here. */
export async function addApiRoutes(app: ApiApp, context: ApiContext): Promise<void> {
  addMessageRoutes(app, context);
  addCallRoutes(app, context);
  addHistogramRoute(app, context);
  addFacetRoute(app, context);
  addFieldRoute(app, context);
  addExportRoutes(app, context);
  addSessionRoutes(app, context);
  addUserRoutes(app, context);
  addTokenRoutes(app, context);
  addHealthRoute(app, context);
  await app.register(async (scope) => addImportRoute(scope as ApiApp, context));
}
