import type { MakeDashboardBody } from '@millrace/protocol'
import { dashboardOf } from '../../grafana/dashboard-of.ts'
import { makeDashboard } from '../../grafana/make-dashboard.ts'
import type { Server } from '../../server-parts.ts'
import { ref } from '../openapi/schemas.ts'
import { bodyOf } from '../route.ts'
import type { Route } from '../route.ts'

const path = '/api/flows/:name/grafana-dashboard'

/** What a flow shows and keeps, in Grafana. */
export function grafanaRoutes({ saved, directory }: Server): readonly Route[] {
  return [
    {
      method: 'get',
      path,
      summary: 'Gives a dashboard of the flow, to be imported or provisioned',
      query: {
        dataSource: {
          description: 'UID of the data source in Grafana; "millrace" without it',
          schema: { type: 'string', pattern: '^[\\w-]{1,40}$' },
        },
      },
      answer: { status: 200, schema: { type: 'object' }, description: "Grafana's own JSON" },
      refusals: [404],
      handle: ({ params, query }) => {
        const { flow } = saved.get(params['name'] ?? '')
        return { body: dashboardOf(flow, query['dataSource']) }
      },
    },
    {
      method: 'post',
      path,
      summary: 'Makes data source and dashboard of the flow in a Grafana, or changes them',
      body: { schema: 'MakeDashboard' },
      answer: { status: 200, schema: ref('MadeDashboard'), description: 'Where it is' },
      refusals: [404, 422, 502],
      handle: async ({ params, body }) => {
        const { flow } = saved.get(params['name'] ?? '')
        const wanted = bodyOf<MakeDashboardBody>({ body })
        return { body: await makeDashboard(flow, wanted, directory) }
      },
    },
  ]
}
