import type { ErrorBody } from '@millrace/protocol'
import { readLines } from './read-lines.ts'
import { ApiError, type EditorApi } from '../model/api.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** How long, in milliseconds, an answer may take; a deployment may have to drain. */
const answerWithinMs = 60_000

/** The server's API over HTTP, as `packages/protocol/src/api.ts` describes it. */
export function createHttpApi(base = '/api'): EditorApi {
  /** What the server answers has the type that the protocol gives that address. */
  async function ask<Body>(method: Method, path: string, body?: unknown): Promise<Body> {
    const response = await send(`${base}${path}`, method, body)
    if (!response.ok) throw await refusalOf(response)
    return (response.status === 204 ? undefined : await response.json()) as Body
  }
  /** One value out of a body that wraps it. */
  async function part<Value>(name: string, ...request: Parameters<typeof ask>): Promise<Value> {
    const body = await ask<Record<string, Value>>(...request)
    return body[name] as Value
  }
  const flow = (name: string) => `/flows/${encodeURIComponent(name)}`
  const node = (name: string, id: string) => `${flow(name)}/nodes/${encodeURIComponent(id)}`
  const connection = (id: string) => `/connections/${encodeURIComponent(id)}`

  return {
    nodeTypes: () => part('nodeTypes', 'GET', '/node-types'),
    nodeHelp: (type) => part('help', 'GET', `/node-help?type=${encodeURIComponent(type)}`),
    flows: () => part('flows', 'GET', '/flows'),
    createFlow: (body) => ask('POST', '/flows', body),
    flow: (name) => ask('GET', flow(name)),
    saveFlow: (name, body) => ask('PUT', flow(name), body),
    patchFlow: (name, body) => ask('PATCH', flow(name), body),
    deleteFlow: (name, options) => ask('DELETE', flow(name) + keeping(options)),
    stores: async () => (await part<readonly Named[]>('stores', 'GET', '/stores')).map(nameOf),
    deploy: (name, body) => ask('POST', `${flow(name)}/deploy`, body),
    stop: (name) => part('deployment', 'POST', `${flow(name)}/stop`, {}),
    resetState: (name) => part('deployment', 'DELETE', `${flow(name)}/state`),
    versions: (name) => part('versions', 'GET', `${flow(name)}/versions`),
    version: (name, number) => part('flow', 'GET', `${flow(name)}/versions/${number}`),
    nodeAction: (name, id, action, argument) =>
      ask(
        'POST',
        `${node(name, id)}/actions/${encodeURIComponent(action)}`,
        argument === undefined ? {} : { argument },
      ),
    points: (name, id, sinceMs) => ask('GET', `${node(name, id)}/points?since=${sinceMs}`),
    connections: () => part('connections', 'GET', '/connections'),
    saveConnection: (body) => ask('PUT', connection(body.id), body),
    deleteConnection: (id) => ask('DELETE', connection(id)),
    testConnection: async (id, onStep) => {
      const response = await send(`${base}${connection(id)}/test?live=true`, 'POST', {})
      if (!response.ok) throw await refusalOf(response)
      await readLines(response, onStep)
    },
    secrets: () => part('secrets', 'GET', '/secrets'),
    setSecret: (owner, field, value) => ask('PUT', '/secrets', { owner, field, value }),
    deleteSecret: (owner, field) => ask('DELETE', '/secrets', { owner, field }),
    alerts: () => part('alerts', 'GET', '/alerts'),
    acknowledgeAlert: ({ flow: name, node: id, key }) =>
      ask('POST', '/alerts/acknowledge', { flow: name, node: id, key }),
    exportFlows: (names) => ask('GET', `/export?flows=${names.map(encodeURIComponent).join(',')}`),
    dashboard: (name) => ask('GET', `${flow(name)}/grafana-dashboard`),
    makeDashboard: (name, body) => ask('POST', `${flow(name)}/grafana-dashboard`, body),
    importBundle: (bundle) => ask('POST', '/import', bundle),
    status: () => ask('GET', '/status'),
  }
}

interface Named {
  readonly name: string
}

const nameOf = ({ name }: Named): string => name

function keeping(options: { readonly isStoreKept: boolean } | undefined): string {
  return options?.isStoreKept === true ? '?keepStore=true' : ''
}

async function send(url: string, method: Method, body: unknown): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      signal: AbortSignal.timeout(answerWithinMs),
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
  } catch (cause) {
    const message = 'The server does not answer. It is tried again by itself.'
    throw new ApiError({ status: 0, code: 'OFFLINE', message, cause })
  }
}

async function refusalOf(response: Response): Promise<ApiError> {
  const { status } = response
  const body: unknown = await response.json().catch(() => undefined)
  if (isErrorBody(body)) return new ApiError({ status, ...body })
  const message = `The server answered ${status} ${response.statusText}.`
  return new ApiError({ status, code: 'UNEXPECTED_ANSWER', message })
}

function isErrorBody(value: unknown): value is ErrorBody {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    'message' in value &&
    typeof value.message === 'string'
  )
}
