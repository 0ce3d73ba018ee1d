import type { Descriptor, PortDescriptor } from './descriptor.ts'

export const errorPort: PortDescriptor = {
  name: 'error',
  title: 'Error',
  help: 'Messages that this node could not handle, with the reason in `error`.',
}

/**
 * The output ports that a node with this configuration has, the error port last.
 * Configurations that are wrong give the ports that can be told.
 */
export function outputPorts(
  descriptor: Descriptor,
  config: Readonly<Record<string, unknown>>,
): readonly PortDescriptor[] {
  const ports = declaredPorts(descriptor, config)
  return hasErrorPort(descriptor) ? [...ports, errorPort] : ports
}

export function hasErrorPort(descriptor: Descriptor): boolean {
  const runs = descriptor.kind !== 'connection' && descriptor.kind !== 'note'
  return runs && descriptor.errorPort !== false
}

function declaredPorts(
  descriptor: Descriptor,
  config: Readonly<Record<string, unknown>>,
): readonly PortDescriptor[] {
  const declared = descriptor.outputs
  if (!('eachRowOf' in declared)) return declared
  const rows = config[declared.eachRowOf] ?? defaultRows(descriptor, declared.eachRowOf)
  const ports = Array.isArray(rows)
    ? rows.map((row: unknown, index) => portOfRow(row, index, declared.titleField))
    : []
  return [...ports, ...(declared.then ?? [])]
}

function defaultRows(descriptor: Descriptor, name: string): unknown {
  const field = descriptor.fields[name]
  return field?.kind === 'list' ? field.default : undefined
}

function portOfRow(row: unknown, index: number, titleField: string | undefined): PortDescriptor {
  const values: Record<string, unknown> = isRecord(row) ? row : {}
  const name = rowId(values, index)
  const title = titleField === undefined ? undefined : values[titleField]
  return { name, title: typeof title === 'string' && title !== '' ? title : name }
}

/** The name of the port that stands for a row: its `id`, or its number from 1. */
export function rowId(row: Readonly<Record<string, unknown>>, index: number): string {
  return typeof row['id'] === 'string' && row['id'] !== '' ? row['id'] : String(index + 1)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
