import { configValue, isConfigShown, type ConnectionDocument, type FlowNode } from '@millrace/flow'
import type { ChoiceField, Descriptor, Field } from '@millrace/sdk/descriptor'

/** The line under the name on a card, such as `plant/+/t · QoS 1`. */
export function faceOf(
  descriptor: Descriptor | undefined,
  node: FlowNode,
  connections: ReadonlyMap<string, ConnectionDocument> = new Map(),
): string {
  if (descriptor === undefined) return `${node.type} is not installed`
  // The name says it already where the node has none of its own.
  const isNamed = node.name !== undefined && node.name !== '' && node.name !== descriptor.title
  if (descriptor.face === undefined) return isNamed ? descriptor.title : ''
  const filled = descriptor.face.replaceAll(/\{([\w.]+)\}/g, (_, name: string) => {
    const { fields } = descriptor
    const field = fields[name]
    if (field === undefined || !isConfigShown(fields, node.config, name)) return nothing
    const text = shown(field, configValue(fields, node.config, name), connections)
    return text === '' ? nothing : text
  })
  // "Every…" asks for what follows it here.
  return withoutEmptyParts(withoutLooseEnds(filled).replaceAll('… ', ' '))
}

/** Stands for the value of a field that has none; no text has it. */
const nothing = '\u0000'

/** What joins two values, such as host and port, goes with the second one. */
function withoutLooseEnds(filled: string): string {
  return filled.replaceAll(/[:/]?\0/g, '')
}

/** The value of a field that nobody set. */
export function defaultOf(field: Field): unknown {
  return 'default' in field ? field.default : undefined
}

function shown(
  field: Field,
  value: unknown,
  connections: ReadonlyMap<string, ConnectionDocument>,
): string {
  if (value === undefined || value === null || value === '') return ''
  if (field.kind === 'duration' && typeof value === 'number') return shownDuration(value)
  if (field.kind === 'choice') return choiceText(field, value)
  if (field.kind === 'connection' && typeof value === 'string')
    return connections.get(value)?.name ?? value
  if (field.kind === 'boolean') return value === true ? field.label : ''
  if (Array.isArray(value)) return countedRows(field, value.length)
  return plain(value)
}

function choiceText({ options }: ChoiceField, value: unknown): string {
  const option = options.find((each) => each.value === value)
  return option === undefined ? plain(value) : (option.face ?? option.label)
}

function countedRows(field: Field, count: number): string {
  const noun = field.kind === 'list' ? field.itemLabel : 'row'
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function plain(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.replaceAll(/\s+/g, ' ').slice(0, 120)
}

const durationUnits = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** `90000` as `1.5 min`. */
export function shownDuration(durationMs: number): string {
  const unit = durationUnits.find(([, ms]) => durationMs >= ms)
  if (unit === undefined) return `${durationMs} ms`
  const [name, ms] = unit
  return `${Number((durationMs / ms).toFixed(2))} ${name}`
}

/** A part between separators whose fields are all empty says nothing. */
function withoutEmptyParts(face: string): string {
  return face
    .split(' · ')
    .map((part) => part.replaceAll(/ {2,}/g, ' ').trim())
    .filter((part) => part !== '')
    .join(' · ')
}
