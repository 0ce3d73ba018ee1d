import type { Server } from '../../server-parts.ts'
import { openApiDocument } from '../openapi/document.ts'
import type { Route } from '../route.ts'
import { alertRoutes } from './alert-routes.ts'
import { connectionRoutes } from './connection-routes.ts'
import { exchangeRoutes } from './exchange-routes.ts'
import { deadLetterRoutes } from './dead-letter-routes.ts'
import { deploymentRoutes } from './deployment-routes.ts'
import { flowRoutes } from './flow-routes.ts'
import { grafanaRoutes } from './grafana-routes.ts'
import { nodeRoutes } from './node-routes.ts'
import { replayRoutes } from './replay-routes.ts'
import { secretRoutes } from './secret-routes.ts'
import { storeRoutes } from './store-routes.ts'
import { statusRoutes } from './status-routes.ts'
import { testRoutes } from './test-routes.ts'

/** The whole API. Routing, checking of requests and the OpenAPI description come from this list. */
export function allRoutes(server: Server): readonly Route[] {
  const routes: Route[] = [
    ...nodeRoutes(server),
    ...flowRoutes(server),
    ...testRoutes(server),
    ...deadLetterRoutes(server),
    ...replayRoutes(server),
    ...deploymentRoutes(server),
    ...connectionRoutes(server),
    ...secretRoutes(server),
    ...alertRoutes(server),
    ...exchangeRoutes(server),
    ...storeRoutes(server),
    ...grafanaRoutes(server),
    ...statusRoutes(server),
  ]
  routes.push({
    method: 'get',
    path: '/api/openapi.json',
    summary: 'Describes this API',
    answer: { status: 200, schema: { type: 'object' }, description: 'OpenAPI 3.1' },
    handle: () => ({ body: openApiDocument(routes, server.version) }),
  })
  return routes
}
