import type { Server } from '../../server-parts.ts'
import { notFound, Refusal } from '../../refusal.ts'
import { list, object } from '../openapi/schemas.ts'
import type { Route } from '../route.ts'

/** What flows keep over time. Reading it is the affair of the data sources. */
export function storeRoutes({ stores, deployments }: Server): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/api/stores',
      summary: 'Lists the stores of all flows, and how large they are',
      answer: {
        status: 200,
        schema: object({ stores: list(storeSchema) }),
        description: 'The stores; what charts drew is in "_charts"',
      },
      handle: async () => ({ body: { stores: await stores.usage() } }),
    },
    {
      method: 'delete',
      path: '/api/stores/:store',
      summary: 'Deletes what a flow keeps over time; the flow must be stopped',
      answer: { status: 204, description: 'It is gone' },
      refusals: [404, 409],
      handle: async ({ params }) => {
        const { store: name = '' } = params
        if (deployments.runningFlows().some((flow) => flow.name === name)) {
          const message = 'The flow runs and writes to it; stop it first'
          throw new Refusal(409, { code: 'STORE_IN_USE', message })
        }
        if (!(await stores.usage()).some((store) => store.name === name)) {
          throw notFound('STORE_UNKNOWN', `There is no store "${name}"`)
        }
        await stores.remove(name)
        return { status: 204 }
      },
    },
  ]
}

const storeSchema = object({
  name: { type: 'string' },
  bytes: { type: 'integer' },
  series: { type: 'integer' },
  measurements: list(
    object({
      name: { type: 'string' },
      rawMs: { type: 'number' },
      minuteMs: { type: 'number' },
      hourMs: { type: 'number' },
    }),
  ),
})
