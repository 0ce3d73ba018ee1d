import type { DeployBody, DeployResult, PatchFlowBody } from '@millrace/protocol'
import { Refusal } from '../../refusal.ts'
import type { Server } from '../../server-parts.ts'
import type { CheckedOutcome } from '../../deploy/deployments.ts'
import { list, object, ref } from '../openapi/schemas.ts'
import { bodyOf, documentBytesMax } from '../route.ts'
import type { ApiRequest, Route } from '../route.ts'
import { nameOf, patchFlow } from './flow-routes.ts'

/** Bringing flows to run, stopping them, and what was deployed before. */
export function deploymentRoutes(server: Server): readonly Route[] {
  return [...runningRoutes(server), ...versionRoutes(server)]
}

function runningRoutes(server: Server): readonly Route[] {
  return [
    {
      method: 'post',
      path: '/api/flows/:name/deploy',
      summary: 'Makes a flow run as it is saved, or as a version was',
      body: { schema: 'Deploy', bytesMax: documentBytesMax, isOptional: true },
      answer: { status: 200, schema: ref('DeployResult'), description: 'What was started' },
      refusals: [404, 409, 422],
      handle: async (request) => ({ body: await deploy(server, request) }),
    },
    {
      method: 'post',
      path: '/api/flows/:name/stop',
      summary: 'Stops a flow, drained',
      body: { schema: 'Nothing', isOptional: true },
      answer: {
        status: 200,
        schema: object({ deployment: ref('Deployment') }),
        description: 'It is stopped',
      },
      refusals: [404],
      handle: async ({ params }) => {
        server.saved.expect(nameOf(params))
        return { body: { deployment: await server.deployments.stop(nameOf(params)) } }
      },
    },
    {
      method: 'delete',
      path: '/api/flows/:name/state',
      summary: 'Resets the state of a flow that does not run, and what its sources have taken in',
      answer: {
        status: 200,
        schema: object({ deployment: ref('Deployment') }),
        description: 'It starts from nothing when it is next deployed',
      },
      refusals: [404, 409],
      handle: async ({ params }) => {
        server.saved.expect(nameOf(params))
        return { body: { deployment: await server.deployments.resetState(nameOf(params)) } }
      },
    },
  ]
}

function versionRoutes(server: Server): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/api/flows/:name/versions',
      summary: 'Lists what was deployed, newest first',
      answer: {
        status: 200,
        schema: object({ versions: list(ref('Version')) }),
        description: 'The versions',
      },
      handle: async ({ params }) => ({
        body: { versions: await server.deployments.versions(nameOf(params)) },
      }),
    },
    {
      method: 'get',
      path: '/api/flows/:name/versions/:number',
      summary: 'Reads a version',
      answer: {
        status: 200,
        schema: object({ version: ref('Version'), flow: ref('Flow') }),
        description: 'The version and its flow',
      },
      refusals: [404],
      handle: async ({ params }) => ({
        body: await server.deployments.version(nameOf(params), Number(params['number'])),
      }),
    },
  ]
}

/** The engine takes the flow while it is being written. */
async function saveAndDeploy(
  server: Server,
  name: string,
  { change, note }: { readonly change: PatchFlowBody; readonly note: string | undefined },
): Promise<CheckedOutcome> {
  let deploying: Promise<CheckedOutcome> | undefined
  try {
    await patchFlow(server, name, change, (entry, written) => {
      deploying = server.deployments.deployWriting(entry, written, note)
      // Heard of below, once the flow is saved.
      deploying.catch(() => undefined)
    })
  } catch (error) {
    // It is over when what ran before runs again.
    await deploying?.catch(() => undefined)
    throw error
  }
  return deploying ?? server.deployments.deploy(name, note === undefined ? {} : { note })
}

async function deploy(server: Server, { params, body }: ApiRequest): Promise<DeployResult> {
  const startedMs = server.clock.monotonic()
  const name = nameOf(params)
  const { patch: change, ...request } = bodyOf<DeployBody | undefined>({ body }) ?? {}
  if (change && request.version !== undefined) {
    const message = 'Deploy a version or a change, not both at once'
    throw new Refusal(400, { code: 'BODY_SHAPE', message, path: 'patch' })
  }
  const outcome = change
    ? await saveAndDeploy(server, name, { change, note: request.note })
    : await server.deployments.deploy(name, request)
  const { started, restarted, removed, warnings } = outcome
  const entry = server.saved.get(name)
  return {
    revision: entry.revision,
    problems: [...server.saved.problemsOf(entry.flow), ...warnings],
    deployment: server.deployments.info(name),
    started,
    restarted,
    removed,
    tookMs: server.clock.monotonic() - startedMs,
  }
}
