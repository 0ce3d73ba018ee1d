import type { NodeHelpBody, NodeTypesBody } from '@millrace/protocol'
import type { Server } from '../../server-parts.ts'
import { notFound, Refusal } from '../../refusal.ts'
import { ref } from '../openapi/schemas.ts'
import { bodyOf } from '../route.ts'
import type { Route } from '../route.ts'

/** Node types, and the running nodes of a flow. */
export function nodeRoutes(server: Server): readonly Route[] {
  return [nodeTypesRoute(server), helpRoute(server), actionRoute(server), pointsRoute(server)]
}

function nodeTypesRoute(server: Server): Route {
  return {
    method: 'get',
    path: '/api/node-types',
    summary: 'Lists the node types that are installed',
    answer: { status: 200, schema: ref('NodeTypes'), description: 'Their descriptors' },
    handle: () => {
      const nodeTypes = [...server.nodeTypes.values()].map(({ help: _help, ...rest }) => rest)
      return { body: { nodeTypes } satisfies NodeTypesBody }
    },
  }
}

function helpRoute(server: Server): Route {
  return {
    method: 'get',
    path: '/api/node-help',
    summary: 'Reads the help of a node type',
    query: { type: { description: 'Such as `core/filter`', schema: { type: 'string' } } },
    answer: { status: 200, schema: ref('NodeHelp'), description: 'Its help, in Markdown' },
    refusals: [404],
    handle: ({ query }) => {
      const type = query['type'] ?? ''
      const descriptor = server.nodeTypes.get(type)
      if (descriptor === undefined) {
        throw notFound('NODE_TYPE_UNKNOWN', `There is no node type "${type.slice(0, 200)}"`)
      }
      const { help } = descriptor
      return { body: (help === undefined ? {} : { help }) satisfies NodeHelpBody }
    },
  }
}

function actionRoute(server: Server): Route {
  return {
    method: 'post',
    path: '/api/flows/:name/nodes/:id/actions/:action',
    summary: 'Makes a running node do something, such as inject a message',
    body: { schema: 'Action', isOptional: true },
    answer: { status: 204, description: 'The node did it' },
    refusals: [404, 409],
    handle: async ({ params, body }) => {
      const { name = '', id = '', action = '' } = params
      expectAction(server, { flow: name, node: id, action })
      const { argument } = bodyOf<{ argument?: unknown } | undefined>({ body }) ?? {}
      await server.supervisor.action(name, id, action, argument)
      return { status: 204 }
    },
  }
}

function pointsRoute(server: Server): Route {
  return {
    method: 'get',
    path: '/api/flows/:name/nodes/:id/points',
    summary: 'Reads what a chart node reported in the last hour',
    query: {
      since: {
        description: 'Only points from this time on, in milliseconds since the epoch',
        schema: { type: 'number' },
      },
    },
    answer: { status: 200, schema: ref('Points'), description: 'Points by series' },
    refusals: [404],
    handle: ({ params, query }) => {
      const { name = '', id = '' } = params
      server.saved.expect(name)
      return { body: server.points.read(name, id, sinceOf(query['since'])) }
    },
  }
}

function sinceOf(text: string | undefined): number {
  if (text === undefined) return Number.NEGATIVE_INFINITY
  const since = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isFinite(since)) return since
  const message = '"since" must be milliseconds since the epoch'
  throw new Refusal(400, { code: 'PARAMETER_WRONG', message, path: 'since' })
}

interface ActionName {
  readonly flow: string
  readonly node: string
  readonly action: string
}

/** Actions go to nodes as deployed, which may not be saved any more. */
function expectAction(server: Server, { flow, node, action }: ActionName): void {
  server.saved.expect(flow)
  const running = server.deployments.runningFlows().find((item) => item.name === flow)
  const type = running?.nodes.find((item) => item.id === node)?.type
  if (type === undefined) {
    throw notFound(
      'NODE_NOT_RUNNING',
      `"${node}" is no node of the flow as it runs; deploy it first`,
    )
  }
  const actions = server.nodeTypes.get(type)?.actions ?? []
  if (actions.some((item) => item.name === action)) return
  throw notFound('ACTION_UNKNOWN', `A node of type ${type} has no action "${action}"`)
}
