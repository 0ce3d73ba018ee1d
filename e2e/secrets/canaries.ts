import { isConfigShown } from '@millrace/flow'
import type { ConnectionDocument, Flow, FlowNode } from '@millrace/flow'
import type { Descriptor, Field, FieldCondition } from '@millrace/sdk/descriptor'
import type { EchoServers } from './echo-server.ts'

type Config = Record<string, unknown>

/** A node type or a type of connection, set up so that some of its secrets are needed. */
export interface Canary {
  readonly name: string
  readonly descriptor: Descriptor
  readonly config: Config
  /** By field. Each is found nowhere else in the world. */
  readonly secrets: Readonly<Record<string, string>>
}

/** For each way in which a type asks for secrets, one that has them all. */
export function canariesOf(descriptor: Descriptor, servers: EchoServers): readonly Canary[] {
  const secretFields = Object.entries(descriptor.fields).filter(([, field]) => isSecret(field))
  const settings = new Map<string, Config>()
  for (const [, field] of secretFields) {
    const asked = field.when === undefined ? {} : askedFor(field.when, servers)
    settings.set(JSON.stringify(asked), asked)
  }
  return [...settings.values()].map((asked, at) => {
    const name = `${descriptor.type.replaceAll('/', '-')}-${at}`
    const config = configOf(descriptor, { name, asked, servers })
    const shown = secretFields.filter(([field]) => isConfigShown(descriptor.fields, config, field))
    const secrets = shown.map(([field]) => [field, secretOf(`${name}-${field}`, field, servers)])
    return { name, descriptor, config, secrets: Object.fromEntries(secrets) as Canary['secrets'] }
  })
}

/** What has to be found nowhere. */
export function valuesOf({ secrets }: Canary): readonly string[] {
  return Object.values(secrets).map((secret) => /canary-\S+/.exec(secret)?.[0] ?? secret)
}

function secretOf(name: string, field: string, { url }: EchoServers): string {
  const canary = `canary-${name}-4711+/=`
  if (field === 'secretHeaders') return `X-Canary: ${canary}`
  return field === 'url' ? `${url}/hooks/${canary}` : canary
}

function isSecret(field: Field): boolean {
  return field.kind === 'secret'
}

function askedFor(
  { field, is = [], begins = [], and }: FieldCondition,
  servers: EchoServers,
): Config {
  const scheme = begins[0]
  const value = scheme === undefined ? is[0] : `${scheme}//127.0.0.1:${servers.port}`
  return { ...(and === undefined ? {} : askedFor(and, servers)), [field]: value }
}

interface Filling {
  readonly name: string
  readonly asked: Config
  readonly servers: EchoServers
}

function configOf({ fields, type }: Descriptor, { name, asked, servers }: Filling): Config {
  const config: Config = { ...asked }
  for (const [field, { kind, ...rest }] of Object.entries(fields)) {
    if (kind === 'secret') continue
    const given = config[field] ?? own(type, field, { name, asked, servers })
    if (given !== undefined) config[field] = given
    else if ('required' in rest && rest.required === true) {
      config[field] = usual({ kind, ...rest } as Field, servers)
    }
  }
  return config
}

/** So that it comes to the echo, and soon. */
function own(type: string, field: string, { name, servers }: Filling): unknown {
  if (field === 'url' || field === 'proxyUrl') {
    return type.startsWith('net/') ? servers.url.replace('http', 'ws') : servers.url
  }
  if (field === 'host') return '127.0.0.1'
  if (field === 'port') return type === 'notify/smtp' ? servers.mailPort : servers.port
  if (field === 'bootstrap' || field === 'brokers') return `127.0.0.1:${servers.port}`
  if (field === 'path') return `/${name}`
  if (field === 'prefix' && type === 'telegraf/in') return `/${name}`
  if (field === 'tokenUrl') return `${servers.url}/token`
  if (field === 'security') return 'none'
  if (field === 'username') return 'somebody'
  if (field === 'targets') return [{ url: `${servers.url}/metrics` }]
  return undefined
}

function usual(field: Field, servers: EchoServers): unknown {
  if ('default' in field && field.default !== undefined) return field.default
  switch (field.kind) {
    case 'connection':
      return 'peer'
    case 'integer':
    case 'number':
      return field.min ?? 1
    case 'expression':
      return 'payload'
    case 'text':
      if (field.format === 'url') return servers.url
      return field.placeholder?.split(',')[0] ?? 'x'
    default:
      return 'placeholder' in field ? field.placeholder : undefined
  }
}

const wire = (from: string, port: string, to: string) => ({
  from: { node: from, port },
  to: { node: to, port: 'in' },
})

const alert = { change: 'raised', key: 'p', severity: 'warning', text: 'it is hot', temperature: 1 }

/** A flow that makes the node do something again and again, and keeps what it could not handle. */
export function flowAround(name: string, node: FlowNode, descriptor: Descriptor): Flow {
  const { kind, outputs } = descriptor
  const feed = { id: 'feed', type: 'core/inject', config: often }
  const errors = { id: 'errors', type: 'file/out', config: { path: `${name}.jsonl`, ...whole } }
  const isFed = kind === 'operator' || kind === 'sink'
  const isGiving = Array.isArray(outputs) && outputs.length > 0
  return {
    millrace: 1,
    name,
    title: name,
    nodes: [
      ...(isFed ? [feed] : []),
      node,
      errors,
      { id: 'shown', type: 'core/debug', config: {} },
    ],
    wires: [
      ...(isFed ? [wire('feed', 'out', 'canary')] : []),
      ...(isGiving ? [wire('canary', 'out', 'shown')] : []),
      wire('canary', 'error', 'errors'),
    ],
    layout: {},
  }
}

const often = { payloadKind: 'json', json: alert, schedule: 'every', everyMs: 100 }
const whole = { content: 'message' }

export function connectionFor({ name, descriptor, config }: Canary): ConnectionDocument {
  return { id: name, type: descriptor.type, name, config }
}

/** A node that uses the connection, with what else it needs. */
export function userOf(
  connection: Canary,
  types: Iterable<Descriptor>,
  servers: EchoServers,
): { readonly node: FlowNode; readonly descriptor: Descriptor } | undefined {
  for (const descriptor of types) {
    const found = Object.entries(descriptor.fields).find(
      ([, field]) => field.kind === 'connection' && field.type === connection.descriptor.type,
    )
    if (found === undefined || descriptor.kind === 'connection') continue
    const { name } = connection
    const config = configOf(descriptor, { name, asked: { [found[0]]: name }, servers })
    return { node: { id: 'canary', type: descriptor.type, config }, descriptor }
  }
  return undefined
}
