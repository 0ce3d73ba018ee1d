import type {
  FlowSummary,
  NewFlowBody,
  PatchFlowBody,
  PatchResult,
  SavedFlow,
} from '@millrace/protocol'
import type { Server } from '../../server-parts.ts'
import type { OnWriting, SavedFlowEntry } from '../../flows/saved-flows.ts'
import { list, object, ref } from '../openapi/schemas.ts'
import { bodyOf, documentBytesMax } from '../route.ts'
import type { ApiRequest, Route } from '../route.ts'

/** Flows as saved: listing, reading, saving, checking and deleting them. */
export function flowRoutes(server: Server): readonly Route[] {
  return [...readingRoutes(server), ...savingRoutes(server), deleteRoute(server)]
}

function readingRoutes(server: Server): readonly Route[] {
  const { saved } = server
  return [
    {
      method: 'get',
      path: '/api/flows',
      summary: 'Lists all flows',
      answer: {
        status: 200,
        schema: object({ flows: list(ref('FlowSummary')) }),
        description: 'The flows by name',
      },
      handle: () => ({ body: { flows: summaries(server) } }),
    },
    {
      method: 'get',
      path: '/api/flows/:name',
      summary: 'Reads a flow as it is saved',
      answer: { status: 200, schema: ref('SavedFlow'), description: 'The flow' },
      refusals: [404, 422],
      handle: async ({ params }) => {
        const described = describe(server, saved.get(nameOf(params)))
        const deployment = await server.deployments.infoWithState(nameOf(params))
        return { body: { ...described, deployment } satisfies SavedFlow }
      },
    },
    {
      method: 'post',
      path: '/api/flows/:name/check',
      summary: 'Checks a flow without saving it',
      body: { schema: 'CheckFlow', bytesMax: documentBytesMax },
      answer: {
        status: 200,
        schema: object({ problems: list(ref('Problem')) }),
        description: 'All that is wrong with it',
      },
      handle: ({ body }) => ({
        body: { problems: saved.check(bodyOf<{ flow: unknown }>({ body }).flow) },
      }),
    },
  ]
}

function savingRoutes(server: Server): readonly Route[] {
  const { saved } = server
  return [
    {
      method: 'post',
      path: '/api/flows',
      summary: 'Adds an empty flow',
      body: { schema: 'NewFlow' },
      answer: { status: 201, schema: ref('SavedFlow'), description: 'The new flow' },
      refusals: [409],
      handle: async ({ body }) => {
        const entry = await saved.create(bodyOf<NewFlowBody>({ body }))
        return { status: 201, body: describe(server, entry) }
      },
    },
    {
      method: 'put',
      path: '/api/flows/:name',
      summary: 'Saves a flow, whole',
      body: { schema: 'SaveFlow', bytesMax: documentBytesMax },
      answer: { status: 200, schema: ref('SavedFlow'), description: 'The flow as saved' },
      refusals: [404, 409, 422],
      handle: async ({ params, body }) => {
        const { flow, revision } = bodyOf<{ flow: unknown; revision?: string }>({ body })
        return { body: describe(server, await saved.save(nameOf(params), flow, revision)) }
      },
    },
    {
      method: 'patch',
      path: '/api/flows/:name',
      summary: 'Saves what changed in a flow',
      body: { schema: 'PatchFlow', bytesMax: documentBytesMax },
      answer: { status: 200, schema: ref('PatchResult'), description: 'The new revision' },
      refusals: [404, 409, 422],
      handle: async ({ params, body }) => {
        const entry = await patchFlow(server, nameOf(params), bodyOf({ body }))
        const problems = saved.problemsOf(entry.flow)
        return { body: { revision: entry.revision, problems } satisfies PatchResult }
      },
    },
  ]
}

function deleteRoute(server: Server): Route {
  return {
    method: 'delete',
    path: '/api/flows/:name',
    summary: 'Stops and deletes a flow with all that it keeps; its versions stay',
    query: {
      keepStore: {
        description: '`true` leaves its values over time to other flows and to data sources',
        schema: { type: 'string', enum: ['true'] },
      },
    },
    answer: { status: 204, description: 'It is gone' },
    refusals: [404],
    handle: async ({ params, query }) => {
      const name = nameOf(params)
      server.saved.expect(name)
      await server.deployments.forget(name)
      await server.saved.remove(name)
      await server.directory.tests.remove(name)
      await server.directory.durable.removeLetters(name)
      if (query['keepStore'] !== 'true') await server.stores.removeAllOf(name)
      await server.directory.secrets.removeOwners((owner) => owner.startsWith(`flow/${name}/`))
      server.alerts.forget(name)
      server.points.retain(name, new Set())
      return { status: 204 }
    },
  }
}

export async function patchFlow(
  server: Server,
  name: string,
  body: PatchFlowBody,
  onWriting?: OnWriting,
): Promise<SavedFlowEntry> {
  const { revision, ...change } = body
  return server.saved.patch(name, change, { revision, ...(onWriting && { onWriting }) })
}

function describe(server: Server, entry: SavedFlowEntry): SavedFlow {
  const { flow, revision } = entry
  const deployed = server.deployments.deployedFlow(flow.name, entry)
  return {
    flow,
    revision,
    problems: server.saved.problemsOf(flow),
    deployment: server.deployments.info(flow.name),
    ...(deployed && { deployed }),
  }
}

function summaries(server: Server): readonly FlowSummary[] {
  const good = server.saved.names().map((name) => {
    const entry = server.saved.get(name)
    return {
      name,
      title: entry.flow.title,
      nodeCount: entry.flow.nodes.length,
      revision: entry.revision,
      hasUndeployedChanges: server.deployments.hasUndeployedChanges(name, entry),
      deployment: server.deployments.info(name),
    }
  })
  const broken = server.saved.broken().map(({ name, problems }) => ({
    name,
    title: name,
    nodeCount: 0,
    revision: '',
    hasUndeployedChanges: false,
    deployment: server.deployments.info(name),
    problem: problems[0]?.message ?? 'The file cannot be read',
  }))
  return [...good, ...broken].toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

export function nameOf(params: ApiRequest['params']): string {
  return params['name'] ?? ''
}
