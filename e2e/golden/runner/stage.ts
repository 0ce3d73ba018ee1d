import type { Flow, FlowNode } from '@millrace/flow'
import type { NodeType } from '@millrace/sdk'
import { sink } from '@millrace/sdk'
import { describe, outputPorts } from '@millrace/sdk/descriptor'
import type { Descriptor, Fields } from '@millrace/sdk/descriptor'
import { sourceType } from '@millrace/engine/testing'
import type { TestSource } from '@millrace/engine/testing'
import type { OutputLine } from './read-golden.ts'

/** A flow whose sources are worked by hand and whose sinks are written down. */
export interface Stage {
  readonly flow: Flow
  readonly nodeTypes: readonly NodeType[]
  readonly sources: ReadonlyMap<string, TestSource>
  readonly output: OutputLine[]
}

const timingNames = ['eventTime', 'lateByMs', 'partition', 'idleAfterMs', 'futureByMs', 'pastByMs']

/** The clock of a golden flow stands still where its input does not move it. */
const trusting = { futureByMs: 0 } as const

/** Replaces the sources that the test drives, and all sinks; everything in between is the real thing. */
export function stage(
  flow: Flow,
  installed: ReadonlyMap<string, NodeType>,
  driven: ReadonlySet<string>,
): Stage {
  const sources = new Map<string, TestSource>()
  const output: OutputLine[] = []
  const nodeTypes = [...installed.values()]
  const nodes = flow.nodes.map((node): FlowNode => {
    const descriptor = descriptorOf(installed.get(node.type), node)
    const stands = { ...node, type: `golden/${node.id}` }
    if (driven.has(node.id)) {
      nodeTypes.push(standInSource(sources, { node, descriptor, type: stands.type }))
      return { ...stands, config: { ...trusting, ...pick(node.config, timingNames) } }
    }
    if (descriptor.kind !== 'sink') {
      return descriptor.timed === true ? { ...node, config: { ...trusting, ...node.config } } : node
    }
    nodeTypes.push(recorder(output, { descriptor, type: stands.type }))
    return { ...stands, config: {} }
  })
  return { flow: { ...flow, nodes }, nodeTypes, sources, output }
}

function descriptorOf(type: NodeType | undefined, node: FlowNode): Descriptor {
  if (type === undefined) throw new Error(`Node type "${node.type}" is not installed.`)
  // The union of node types erases descriptors.
  return type.descriptor as Descriptor
}

function standInSource(
  sources: Map<string, TestSource>,
  given: { readonly node: FlowNode; readonly descriptor: Descriptor; readonly type: string },
): NodeType {
  const { node, descriptor, type } = given
  const outputs = outputPorts({ ...descriptor, errorPort: false }, node.config)
  const fields = pick(descriptor.fields, timingNames)
  // Fields that were picked from fields.
  return sourceType(sources, {
    type,
    fields: fields as Fields,
    usesIntake: true,
    outputs: outputs.map(({ name }) => name),
  })
}

function recorder(
  output: OutputLine[],
  { descriptor, type }: { readonly descriptor: Descriptor; readonly type: string },
): NodeType {
  const { inputs, outputs } = descriptor
  const names = inputs.map(({ name }) => name)
  return sink(
    describe({ ...descriptor, type, kind: 'sink', inputs, outputs, fields: {} }),
    ({ id }) => ({
      onMessage: (message, input) => {
        output.push({ node: id, port: names[input] ?? '', message: structuredClone(message) })
      },
    }),
  )
}

function pick(
  values: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)))
}
