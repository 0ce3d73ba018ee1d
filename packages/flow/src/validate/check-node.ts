import { outputPorts, rowId } from '@millrace/sdk/descriptor'
import type { Descriptor, Fields } from '@millrace/sdk/descriptor'
import type { ConnectionDocument, FlowNode, Problem } from '../flow.ts'
import { isRecord } from '../parse/findings.ts'
import { configValue } from './config-shown.ts'
import { checkFields } from './field/check-fields.ts'
import type { FieldFinding } from './field/field-finding.ts'
import { connectionOwner, nodeOwner, secretKey } from './owner.ts'

/** What a flow is checked against, beside its node types. */
export interface Circumstances {
  readonly connections: ReadonlyMap<string, ConnectionDocument>
  /** Secrets that are set, by `secretKey`; without it secrets are not checked. */
  readonly secretsSet?: ReadonlySet<string>
}

/** What is known of one node without looking at the others. */
export interface CheckedNode {
  readonly descriptor: Descriptor | undefined
  readonly inputs: ReadonlySet<string>
  readonly outputs: ReadonlySet<string>
  /** All of type and ports that the wires' problems depend on, as text. */
  readonly ports: string
  readonly isDisabled: boolean
  readonly problems: readonly Problem[]
  /** Where another node of the type may not be too; see `Descriptor.uniqueBy`. */
  readonly claim: string | undefined
  /** Connections that it needs to run. */
  readonly connections: readonly string[]
}

export function checkNode(
  flow: string,
  node: FlowNode,
  descriptor: Descriptor | undefined,
  circumstances: Circumstances,
): CheckedNode {
  const about = { node: node.id }
  if (!descriptor || descriptor.kind === 'connection') {
    const isDisabled = node.isDisabled === true
    return {
      ...unknownNode,
      isDisabled,
      problems: [{ ...about, ...unusable(node.type, descriptor) }],
    }
  }
  const owner = nodeOwner(flow, node.id)
  const findings = [
    ...checkFields(descriptor.fields, node.config, surroundingsOf(owner, circumstances)),
    ...checkPortNames(descriptor, node.config),
  ]
  return {
    descriptor,
    ...portsOf(descriptor, node),
    problems: findings.map((finding) => ({ ...about, ...toProblem(finding) })),
    claim: claimOf(descriptor, node),
    connections: node.isDisabled === true ? [] : connectionsOf(descriptor.fields, node.config),
  }
}

const none: ReadonlySet<string> = new Set()

/** A node of a type that is not there: nothing is known of it. */
export const unknownNode: CheckedNode = {
  descriptor: undefined,
  inputs: none,
  outputs: none,
  ports: '',
  isDisabled: false,
  problems: [],
  claim: undefined,
  connections: [],
}

function portsOf(descriptor: Descriptor, node: FlowNode) {
  const inputs = descriptor.inputs.map((port) => port.name)
  const outputs = outputPorts(descriptor, node.config).map((port) => port.name)
  const isDisabled = node.isDisabled === true
  return {
    inputs: new Set(inputs),
    outputs: new Set(outputs),
    ports: JSON.stringify([node.type, isDisabled, inputs, outputs]),
    isDisabled,
  }
}

export function checkConnectionDocument(
  document: ConnectionDocument,
  descriptor: Descriptor | undefined,
  circumstances: Circumstances,
): readonly Problem[] {
  const about = { connection: document.id }
  if (descriptor?.kind !== 'connection') {
    const message = descriptor
      ? `"${document.type}" is no type of connection`
      : `The connection type "${document.type}" is not installed`
    return [{ severity: 'error', code: 'TYPE_UNKNOWN', message, ...about }]
  }
  const surroundings = surroundingsOf(connectionOwner(document.id), circumstances)
  return checkFields(descriptor.fields, document.config, surroundings).map((finding) => ({
    ...about,
    ...toProblem(finding),
  }))
}

function surroundingsOf(owner: string, { connections, secretsSet }: Circumstances) {
  const isSecretSet = (field: string) => secretsSet?.has(secretKey(owner, field)) ?? true
  return { connections, isSecretSet }
}

function toProblem({ code, message, inside, severity = 'error', span }: FieldFinding): Problem {
  return { severity, code, message, ...(inside && { field: inside }), ...(span && { span }) }
}

function unusable(type: string, descriptor: Descriptor | undefined): Problem {
  const message = descriptor
    ? `"${type}" is a connection: nodes refer to it, it is not placed in a flow`
    : `The node type "${type}" is not installed; install its package or remove the node`
  return { severity: 'error', code: descriptor ? 'TYPE_MISPLACED' : 'TYPE_UNKNOWN', message }
}

/** Ports that stand for rows need names of their own. */
function checkPortNames(
  { outputs, fields }: Descriptor,
  config: FlowNode['config'],
): readonly FieldFinding[] {
  if (!('eachRowOf' in outputs)) return []
  const rows = configValue(fields, config, outputs.eachRowOf)
  const taken = new Set(['error', ...(outputs.then ?? []).map((port) => port.name)])
  const findings: FieldFinding[] = []
  for (const [index, row] of (Array.isArray(rows) ? rows : []).entries()) {
    const name = rowId(isRecord(row) ? row : {}, index)
    if (taken.has(name)) findings.push(portTaken(name, `${outputs.eachRowOf}[${index}].id`))
    taken.add(name)
  }
  return findings
}

function portTaken(name: string, inside: string): FieldFinding {
  const message = `Another output is called "${name}" too; give this row an id of its own`
  return { code: 'PORT_TAKEN', message, inside }
}

function claimOf({ type, uniqueBy, fields }: Descriptor, node: FlowNode): string | undefined {
  if (uniqueBy === undefined || node.isDisabled === true) return undefined
  const values = uniqueBy.map((name) => configValue(fields, node.config, name))
  return JSON.stringify([type, ...values])
}

function connectionsOf(fields: Fields, config: FlowNode['config']): readonly string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const value = field.kind === 'connection' ? config[name] : undefined
    return typeof value === 'string' ? [value] : []
  })
}
