import { flowNameForm, idForm, limits } from '@millrace/flow'
import type { Schema, Schemas, TypedSchema } from './schema.ts'
import { trustSchemas } from './trust-schemas.ts'

export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` }
}

export function list(items: Schema): TypedSchema {
  return { type: 'array', items }
}

/** An object with these properties and no others; names that end in `?` may be absent. */
export function object(properties: Readonly<Record<string, Schema>>): TypedSchema {
  const names = Object.keys(properties)
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => [name.replace(/\?$/, ''), schema]),
    ),
    required: names.filter((name) => !name.endsWith('?')),
    additionalProperties: false,
  }
}

const any: TypedSchema = {}
const text: TypedSchema = { type: 'string' }
const flag: TypedSchema = { type: 'boolean' }
const count: TypedSchema = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }
const number: TypedSchema = { type: 'number' }
const time: TypedSchema = { type: 'number', description: 'Milliseconds since the epoch' }
const title: TypedSchema = { type: 'string', maxLength: limits.nameCharacters }
const id: TypedSchema = { type: 'string', pattern: idForm.pattern.source }
const flowName: TypedSchema = { type: 'string', pattern: flowNameForm.pattern.source }
const owner: TypedSchema = { type: 'string', minLength: 1, maxLength: limits.ownerCharacters }
const note: TypedSchema = { type: 'string', maxLength: 500 }
const revision: TypedSchema = { type: 'string', maxLength: 64 }
const config: TypedSchema = { type: 'object' }

/** Documents are read by the flow package, which knows more than a schema can say. */
const documents: Schemas = {
  Flow: object({
    millrace: { type: 'integer', enum: [1] },
    name: flowName,
    title,
    'description?': text,
    nodes: list(ref('FlowNode')),
    wires: list(ref('Wire')),
    'groups?': list(ref('Group')),
    layout: { type: 'object', additionalProperties: ref('Position') },
  }),
  FlowNode: object({
    id,
    type: text,
    'name?': title,
    config,
    'isDisabled?': flag,
    'onError?': object({
      'retries?': count,
      'backoffMs?': count,
      'policy?': { type: 'string', enum: ['port', 'dead-letter', 'stop'] },
    }),
  }),
  PortReference: object({ node: id, port: id }),
  Wire: object({ from: ref('PortReference'), to: ref('PortReference') }),
  Group: object({ id, name: title, nodes: list(id) }),
  Position: object({ x: number, y: number }),
  Connection: object({ id, type: text, name: title, config }),
  SecretName: object({ owner, field: id }),
  Bundle: object({
    millrace: { type: 'integer', enum: [1] },
    flows: list(ref('Flow')),
    connections: list(ref('Connection')),
    'tests?': list(ref('FlowTests')),
    'secrets?': list(ref('SecretName')),
  }),
  Problem: object({
    severity: { type: 'string', enum: ['error', 'warning'] },
    code: text,
    message: text,
    'node?': text,
    'connection?': text,
    'path?': text,
    'field?': text,
    'span?': object({ start: count, end: count }),
    'wire?': ref('Wire'),
  }),
}

const requests: Schemas = {
  NewFlow: object({
    'name?': flowName,
    title: { ...title, minLength: 1 },
  }),
  SaveFlow: object({ flow: { type: 'object' }, 'revision?': revision }),
  CheckFlow: object({ flow: { type: 'object' } }),
  PatchFlow: object({
    revision,
    'title?': title,
    'description?': text,
    'setNodes?': { type: 'array' },
    'removeNodes?': { type: 'array' },
    'addWires?': { type: 'array' },
    'removeWires?': { type: 'array' },
    'setLayout?': { type: 'object' },
    'groups?': { type: 'array' },
  }),
  Deploy: object({ 'version?': count, 'note?': note, 'patch?': ref('PatchFlow') }),
  Action: object({ 'argument?': any }),
  SetSecret: object({
    owner,
    field: id,
    value: { type: 'string', minLength: 1, maxLength: 100_000 },
  }),
  AlertName: object({ flow: flowName, node: id, key: { type: 'string', maxLength: 1_000 } }),
  TestConnection: object({
    'connection?': ref('Connection'),
    'secrets?': { type: 'object', additionalProperties: { type: 'string', maxLength: 100_000 } },
  }),
  MakeDashboard: object({
    connection: id,
    url: { type: 'string', maxLength: 2_000 },
    'folder?': { type: 'string', maxLength: 40 },
  }),
  Import: { type: 'object', description: 'A Bundle, or a Flow alone' },
  Nothing: object({}),
}

const answers: Schemas = {
  Error: object({
    code: text,
    message: text,
    'path?': text,
    'problems?': list(ref('Problem')),
  }),
  NodeTypes: object({ nodeTypes: list({ type: 'object' }) }),
  NodeHelp: object({ 'help?': text }),
  MadeDashboard: object({ url: text, dashboard: text, dataSource: text, 'note?': text }),
  Deployment: object({
    state: {
      type: 'string',
      enum: ['stopped', 'starting', 'running', 'restarting', 'failed', 'quarantined'],
    },
    'version?': count,
    'since?': time,
    'reason?': text,
    'node?': text,
    restarts: count,
    'durability?': ref('Durability'),
  }),
  Durability: object({
    stateBytes: count,
    intakeBytes: count,
    'lastEpochAt?': time,
    'lastEpochMs?': number,
    'problem?': text,
  }),
  FlowSummary: object({
    name: flowName,
    title,
    nodeCount: count,
    revision,
    hasUndeployedChanges: flag,
    deployment: ref('Deployment'),
    'problem?': text,
  }),
  SavedFlow: object({
    flow: ref('Flow'),
    revision,
    problems: list(ref('Problem')),
    deployment: ref('Deployment'),
    'deployed?': ref('Flow'),
  }),
  PatchResult: object({ revision, problems: list(ref('Problem')) }),
  DeployResult: object({
    revision,
    problems: list(ref('Problem')),
    deployment: ref('Deployment'),
    started: list(text),
    restarted: list(text),
    removed: list(text),
    tookMs: number,
  }),
  Version: object({
    number: count,
    deployedAt: time,
    'note?': note,
    nodeCount: count,
    isRunning: flag,
  }),
  Secret: object({ owner, field: text, setAt: time }),
  Alert: object({
    flow: flowName,
    node: text,
    key: text,
    severity: { type: 'string', enum: ['info', 'warning', 'critical'] },
    text,
    state: { type: 'string', enum: ['open', 'acknowledged', 'cleared'] },
    raisedAt: time,
    'repeatedAt?': time,
    'clearedAt?': time,
    'acknowledgedAt?': time,
    'value?': any,
  }),
  Points: object({
    series: list(object({ name: text, times: list(time), values: list(number) })),
  }),
  TestStep: object({
    step: text,
    outcome: { type: 'string', enum: ['passed', 'failed', 'skipped'] },
    'text?': text,
    'found?': list(text),
  }),
  ImportResult: object({
    flows: list(object({ name: flowName, importedAs: flowName })),
    connections: list(object({ id, outcome: { type: 'string', enum: ['added', 'kept'] } })),
    problems: list({ type: 'object' }),
    secretsMissing: list(ref('SecretName')),
  }),
  ServerStatus: object({
    version: text,
    startedAt: time,
    engine: object({
      state: { type: 'string', enum: ['starting', 'running', 'restarting'] },
      restarts: count,
    }),
    'flowHttpUrl?': text,
    'brokerUrl?': text,
    'brokerWsUrl?': text,
    cpuPercent: number,
    memoryBytes: count,
    'problems?': list(text),
  }),
}

export const schemas: Schemas = {
  ...documents,
  ...requests,
  ...answers,
  ...trustSchemas({ object, list }),
}
