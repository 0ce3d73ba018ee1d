import { placeOfUrl, reachSteps, takeSteps } from '@millrace/reach'
import type { Finding } from '@millrace/reach'
import { NodeError } from '@millrace/sdk'
import type { TestStep } from '@millrace/sdk'
import { tlsSettings } from '@millrace/web'
import { openGrafana } from '../server/grafana-server.ts'
import type { Ask, ConnectionOf, GrafanaServer } from '../server/grafana-server.ts'

/** What the Test button does: each step only when the one before has passed. */
export async function* testSteps(context: ConnectionOf): AsyncGenerator<TestStep> {
  const { config, clock, timers } = context
  const { isSecure, ...place } = placeOfUrl(config.url)
  const server = openGrafana(context)
  const { timeoutMs } = config
  const tls = isSecure ? tlsSettings(config) : undefined
  try {
    yield* takeSteps([
      ...reachSteps({ ...place, tls, timeoutMs, clock, timers }),
      { name: 'Grafana', run: () => findVersion(server) },
      { name: 'Sign-in', run: () => signIn(server) },
      { name: 'Permissions', run: () => findPermissions(server) },
    ])
  } finally {
    server.close()
  }
}

async function findVersion(server: GrafanaServer): Promise<string> {
  const health = await expectRecord(server, { method: 'GET', path: '/api/health' })
  if (typeof health['database'] !== 'string') {
    throw new NodeError('GRAFANA_NOT_FOUND', 'What answers there is no Grafana: check Address.')
  }
  if (health['database'] !== 'ok') {
    throw new NodeError('GRAFANA_FAILED', `Its database is not well: ${health['database']}.`)
  }
  return typeof health['version'] === 'string' ? `Version ${health['version']}` : 'It is well'
}

async function signIn(server: GrafanaServer): Promise<string> {
  const { name } = await expectRecord(server, { method: 'GET', path: '/api/org' })
  return `Signed in to the organization ${typeof name === 'string' ? name : 'without a name'}`
}

const wanted = {
  'annotations:create': 'make annotations',
  'annotations:write': 'change annotations',
  'dashboards:create': 'make dashboards',
  'datasources:create': 'make data sources',
} as const

/** Which of what flows do this account may do; older versions do not tell. */
async function findPermissions(server: GrafanaServer): Promise<Finding> {
  const reply = await server.ask({ method: 'GET', path: '/api/access-control/user/permissions' })
  if (reply.kind !== 'done' || !isRecord(reply.value)) {
    return { outcome: 'skipped', text: 'This Grafana does not tell what the account may do' }
  }
  const had = reply.value
  const may = Object.entries(wanted).filter(([right]) => right in had)
  const mayNot = Object.entries(wanted).filter(([right]) => !(right in had))
  if (may.length === 0) {
    throw new NodeError(
      'GRAFANA_NO_PERMISSION',
      'The account may only read: give it the role Editor in Grafana.',
    )
  }
  const not = mayNot.length === 0 ? '' : `; may not ${textOf(mayNot)}`
  return { outcome: 'passed', text: `May ${textOf(may)}${not}` }
}

function textOf(rights: readonly (readonly [string, string])[]): string {
  return rights.map(([, text]) => text).join(', ')
}

async function expectRecord(
  server: GrafanaServer,
  request: Ask,
): Promise<Readonly<Record<string, unknown>>> {
  const reply = await server.ask(request)
  if (reply.kind !== 'done') throw reply.error
  return isRecord(reply.value) ? reply.value : {}
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
