import type { Bundle, ConnectionDocument, Problem, SecretName } from '../flow.ts'
import { limits } from '../limits.ts'
import type { FlowTests } from '../tests/flow-tests.ts'
import { Findings, isRecord } from './findings.ts'
import { parseJsonText } from './json-text.ts'
import { readFlow } from './parse-flow.ts'
import { readConnection } from './parse-node.ts'
import { readFlowTests } from '../tests/parse-flow-tests.ts'
import { isSecretOwner } from '../validate/owner.ts'

export type ParsedBundle =
  | { readonly bundle: Bundle; readonly problems?: undefined }
  | { readonly bundle?: undefined; readonly problems: readonly Problem[] }

export type ParsedConnection =
  | { readonly connection: ConnectionDocument; readonly problems?: undefined }
  | { readonly connection?: undefined; readonly problems: readonly Problem[] }

/** Reads what an export wrote; a single flow document is taken as a bundle of one. */
export function parseBundle(value: unknown): ParsedBundle {
  const findings = new Findings()
  const bundle =
    isRecord(value) && 'nodes' in value ? bundleOfOne(value, findings) : read(value, findings)
  return bundle && findings.problems.length === 0 ? { bundle } : { problems: findings.problems }
}

export function parseBundleText(text: string): ParsedBundle {
  const json = parseJsonText(text)
  return 'problems' in json ? json : parseBundle(json.value)
}

export function parseConnection(value: unknown): ParsedConnection {
  const findings = new Findings()
  const connection = readConnection(value, '', findings)
  return connection && findings.problems.length === 0
    ? { connection }
    : { problems: findings.problems }
}

export function parseConnectionText(text: string): ParsedConnection {
  const json = parseJsonText(text)
  return 'problems' in json ? json : parseConnection(json.value)
}

function bundleOfOne(value: unknown, findings: Findings): Bundle | null {
  const flow = readFlow(value, '', findings)
  return flow && { millrace: 1, flows: [flow], connections: [] }
}

function read(value: unknown, findings: Findings): Bundle | null {
  const record = findings.object(value, '', [
    'millrace',
    'flows',
    'connections',
    'tests',
    'secrets',
  ])
  if (!record) return null
  if (record['millrace'] !== 1) findings.add('FLOW_FORMAT', 'millrace', 'must be 1')
  const flows = findings
    .list(record['flows'], 'flows', limits.bundleFlows)
    .map((flow, index) => readFlow(flow, `flows[${index}]`, findings))
    .filter((flow) => flow !== null)
  const connections = findings
    .list(record['connections'] ?? [], 'connections', limits.bundleConnections)
    .map((document, index) => readConnection(document, `connections[${index}]`, findings))
    .filter((document) => document !== null)
  reportTaken(
    flows.map((flow) => flow.name),
    'flows',
    findings,
  )
  reportTaken(
    connections.map((document) => document.id),
    'connections',
    findings,
  )
  const { tests, secrets } = record
  return {
    millrace: 1,
    flows,
    connections,
    ...(tests !== undefined && { tests: readTests(tests, findings) }),
    ...(secrets !== undefined && { secrets: readSecretNames(secrets, findings) }),
  }
}

function readTests(value: unknown, findings: Findings): readonly FlowTests[] {
  return findings
    .list(value, 'tests', limits.bundleFlows)
    .map((tests, index) => readFlowTests(tests, `tests[${index}]`, findings))
    .filter((tests) => tests !== null)
}

function readSecretNames(value: unknown, findings: Findings): readonly SecretName[] {
  return findings.list(value, 'secrets', limits.bundleSecrets).flatMap((item, index) => {
    const path = `secrets[${index}]`
    const name = findings.object(item, path, ['owner', 'field'])
    const owner = name ? findings.text(name['owner'], `${path}.owner`, limits.ownerCharacters) : ''
    const field = name ? findings.text(name['field'], `${path}.field`, limits.idCharacters) : ''
    if (isSecretOwner(owner)) return [{ owner, field }]
    findings.add('SHAPE_NAME', `${path}.owner`, 'must be connection/ID or flow/NAME/NODE')
    return []
  })
}

function reportTaken(names: readonly string[], path: string, findings: Findings): void {
  const seen = new Set<string>()
  for (const [index, name] of names.entries()) {
    if (seen.has(name)) findings.add('NAME_TAKEN', `${path}[${index}]`, `"${name}" is there twice`)
    seen.add(name)
  }
}
