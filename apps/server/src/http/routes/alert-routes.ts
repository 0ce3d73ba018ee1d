import { notFound } from '../../refusal.ts'
import type { Server } from '../../server-parts.ts'
import { list, object, ref } from '../openapi/schemas.ts'
import { bodyOf } from '../route.ts'
import type { Route } from '../route.ts'

/** What alert nodes raised. */
export function alertRoutes({ alerts, clock }: Server): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/api/alerts',
      summary: 'Lists alerts, newest change first',
      answer: {
        status: 200,
        schema: object({ alerts: list(ref('Alert')) }),
        description: 'Open, acknowledged and the last cleared ones',
      },
      handle: () => ({ body: { alerts: alerts.list() } }),
    },
    {
      method: 'post',
      path: '/api/alerts/acknowledge',
      summary: 'Says that somebody has seen an alert',
      body: { schema: 'AlertName' },
      answer: { status: 200, schema: ref('Alert'), description: 'The alert' },
      refusals: [404],
      handle: ({ body }) => {
        const name = bodyOf<{ flow: string; node: string; key: string }>({ body })
        const alert = alerts.acknowledge(name, clock.now())
        if (!alert) throw notFound('ALERT_UNKNOWN', 'There is no such alert')
        return { body: alert }
      },
    },
  ]
}
