import { checkConnectionDocument, connectionOwner, parseConnection } from '@millrace/flow'
import type { ConnectionDocument } from '@millrace/flow'
import type { TestConnectionBody } from '@millrace/protocol'
import type { TestStep } from '@millrace/sdk'
import { connectionsOf } from '../../deploy/flow-connections.ts'
import { unreadable } from '../../flows/saved-flows.ts'
import { notFound, Refusal } from '../../refusal.ts'
import type { Server } from '../../server-parts.ts'
import { list, object, ref } from '../openapi/schemas.ts'
import { bodyOf, documentBytesMax } from '../route.ts'
import type { ApiRequest, Route } from '../route.ts'

const connectionsMax = 1_000

/** What flows share: brokers, databases. */
export function connectionRoutes(server: Server): readonly Route[] {
  return [...documentRoutes(server), testRoute(server)]
}

function documentRoutes(server: Server): readonly Route[] {
  const { connections } = server.directory
  return [
    {
      method: 'get',
      path: '/api/connections',
      summary: 'Lists all connections',
      answer: {
        status: 200,
        schema: object({ connections: list(ref('Connection')) }),
        description: 'The connections',
      },
      handle: () => ({ body: { connections: [...connections.all().values()] } }),
    },
    {
      method: 'put',
      path: '/api/connections/:id',
      summary: 'Saves a connection; flows take it over when they are deployed',
      body: { schema: 'Connection', bytesMax: documentBytesMax },
      answer: { status: 200, schema: ref('Connection'), description: 'As saved' },
      refusals: [409, 422],
      handle: async ({ params, body }) => {
        const document = readConnection(body, params['id'])
        refuseSecrets(server, document)
        expectRoom(connections.all(), document.id)
        await connections.put(document)
        server.tellConnections()
        return { body: document }
      },
    },
    {
      method: 'delete',
      path: '/api/connections/:id',
      summary: 'Deletes a connection and its secrets',
      answer: { status: 204, description: 'It is gone' },
      refusals: [404, 409],
      handle: async ({ params }) => {
        const { id = '' } = params
        expectUnused(server, id)
        await connections.remove(id)
        await server.directory.secrets.removeOwners((owner) => owner === connectionOwner(id))
        server.tellConnections()
        return { status: 204 }
      },
    },
  ]
}

function testRoute(server: Server): Route {
  return {
    method: 'post',
    path: '/api/connections/:id/test',
    summary: 'Tries a connection, as saved or as sent along',
    body: { schema: 'TestConnection', isOptional: true },
    query: {
      live: {
        description: '`true` answers with a line of JSON for each step as it ends',
        schema: { type: 'string', enum: ['true'] },
      },
    },
    answer: {
      status: 200,
      schema: object({ steps: list(ref('TestStep')) }),
      description: 'What was found, step by step',
    },
    refusals: [404, 422],
    handle: async (request) => {
      const test = prepareTest(server, request)
      if (request.query['live'] === 'true') return { lines: liveSteps(test) }
      return { body: { steps: await test(() => undefined) } }
    },
  }
}

function readConnection(value: unknown, id: string | undefined): ConnectionDocument {
  const { connection, problems } = parseConnection(value)
  if (!connection) throw unreadable('', problems)
  if (connection.id === id) return connection
  const message = `The connection is called "${connection.id}", but the address says "${id}"`
  throw new Refusal(400, { code: 'CONNECTION_ID_DIFFERS', message, path: 'id' })
}

function refuseSecrets(server: Server, document: ConnectionDocument): void {
  const descriptor = server.nodeTypes.get(document.type)
  const problems = checkConnectionDocument(document, descriptor, server.saved.circumstances())
  const leaks = problems.filter((problem) => problem.code === 'SECRET_IN_DOCUMENT')
  if (!leaks[0]) return
  throw new Refusal(422, { code: leaks[0].code, message: leaks[0].message, problems: leaks })
}

function expectUnused(server: Server, id: string): void {
  if (!server.directory.connections.all().has(id)) throw noConnection(id)
  const flows = [
    ...server.saved.names().map((name) => server.saved.get(name).flow),
    ...server.deployments.runningFlows(),
  ]
  const user = flows.find((flow) => connectionsOf(flow, server.nodeTypes).includes(id))
  if (!user) return
  const message = `The flow "${user.title || user.name}" uses this connection; change it first`
  throw new Refusal(409, { code: 'CONNECTION_IN_USE', message })
}

type ConnectionTest = (onStep: (step: TestStep) => void) => Promise<readonly TestStep[]>

/** Refuses at once what cannot be tested; the rest takes its time. */
function prepareTest(server: Server, { params, body }: ApiRequest): ConnectionTest {
  const { id = '' } = params
  const { connection, secrets = {} } = bodyOf<TestConnectionBody | undefined>({ body }) ?? {}
  const saved = server.directory.connections.all().get(id)
  const document = connection ? readConnection(connection, id) : saved
  if (!document) throw noConnection(id)
  const descriptor = server.nodeTypes.get(document.type)
  const problems = checkConnectionDocument(document, descriptor, {
    connections: server.directory.connections.all(),
  })
  const error = problems.find((problem) => problem.severity === 'error')
  if (error) throw new Refusal(422, { code: error.code, message: error.message, problems })
  const owner = connectionOwner(id)
  const known = server.directory.secrets.valuesOf(owner)
  const all = { [owner]: { ...known, ...secrets } }
  return (onStep) => server.supervisor.testConnection(document, all, onStep)
}

/** Steps as they end. What ends the test itself is told as a step that failed. */
async function* liveSteps(test: ConnectionTest): AsyncGenerator<TestStep> {
  const waiting: TestStep[] = []
  let wake = Promise.withResolvers<void>()
  let isOver = false
  const tell = (...steps: readonly TestStep[]): void => {
    waiting.push(...steps)
    wake.resolve()
  }
  const failed = (error: unknown): void =>
    tell({ step: 'Test', outcome: 'failed', text: textOf(error) })
  const ending = test(tell)
    .then(() => undefined, failed)
    .finally(() => {
      isOver = true
      wake.resolve()
    })
  for (;;) {
    yield* waiting.splice(0)
    if (isOver && waiting.length === 0) break
    await wake.promise
    wake = Promise.withResolvers()
  }
  await ending
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function noConnection(id: string): Refusal {
  return notFound('CONNECTION_UNKNOWN', `There is no connection "${id}"`)
}

function expectRoom(present: ReadonlyMap<string, ConnectionDocument>, id: string): void {
  if (present.size < connectionsMax || present.has(id)) return
  const message = `There are ${connectionsMax} connections already; delete one first`
  throw new Refusal(409, { code: 'CONNECTIONS_TOO_MANY', message })
}
