import type { Server } from '../../server-parts.ts'
import { ref } from '../openapi/schemas.ts'
import type { Route } from '../route.ts'

export function statusRoutes(server: Server): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/api/status',
      summary: 'Tells how the server is',
      answer: { status: 200, schema: ref('ServerStatus'), description: 'The status' },
      handle: () => ({ body: server.status() }),
    },
  ]
}
