import { flowNameForm, parseBundle } from '@millrace/flow'
import { exportBundle } from '../../exchange/export-bundle.ts'
import { importBundle } from '../../exchange/import-bundle.ts'
import { unreadable } from '../../flows/saved-flows.ts'
import { Refusal } from '../../refusal.ts'
import type { Server } from '../../server-parts.ts'
import { ref } from '../openapi/schemas.ts'
import { documentBytesMax } from '../route.ts'
import type { Route } from '../route.ts'

/** Flows out of one server and into another. */
export function exchangeRoutes(server: Server): readonly Route[] {
  const { saved, directory, nodeTypes } = server
  return [
    {
      method: 'get',
      path: '/api/export',
      summary: 'Writes flows with the connections that they need; never secrets',
      query: {
        flows: {
          description: 'Names with commas between; all flows without it',
          schema: { type: 'string' },
        },
      },
      answer: { status: 200, schema: ref('Bundle'), description: 'The bundle' },
      refusals: [404],
      handle: async ({ query }) => {
        const names = query['flows'] === undefined ? saved.names() : readNames(query['flows'])
        const flows = names.map((name) => saved.get(name).flow)
        const sources = {
          connections: directory.connections.all(),
          secrets: directory.secrets.list(),
          nodeTypes,
          tests: await directory.tests.readSome(names),
        }
        return { body: exportBundle(flows, sources) }
      },
    },
    {
      method: 'post',
      path: '/api/import',
      summary: 'Adds the flows and connections of a bundle; nothing starts to run',
      // A bundle or a single flow: the flow package reads both.
      body: { schema: 'Import', bytesMax: documentBytesMax },
      answer: { status: 200, schema: ref('ImportResult'), description: 'What became of them' },
      refusals: [409, 422],
      handle: async ({ body }) => {
        const { bundle, problems } = parseBundle(body)
        if (!bundle) throw unreadable('', problems)
        const result = await importBundle(bundle, {
          saved,
          connections: directory.connections,
          tests: directory.tests,
          nodeTypes,
        })
        server.tellConnections()
        return { body: result }
      },
    },
  ]
}

function readNames(text: string): readonly string[] {
  const names = [...new Set(text.split(',').filter((name) => name !== ''))]
  const wrong = names.find((name) => !flowNameForm.pattern.test(name))
  if (wrong === undefined) return names
  const message = `"flows" must be names of flows with commas between; ${JSON.stringify(wrong.slice(0, 64))} is none`
  throw new Refusal(400, { code: 'PARAMETER_WRONG', message, path: 'flows' })
}
