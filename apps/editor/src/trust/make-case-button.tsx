import { useState } from 'react'
import { useStore } from 'zustand'
import { outputPorts } from '@millrace/sdk/descriptor'
import { nameOf, type FlowEditor } from '../model/index.ts'
import { useFlowState, useWorkbench } from '../shell/context.tsx'
import { Button } from '../ui/index.ts'
import { caseFromTaps, type CaseMaterial } from './make-case.ts'
import { testsOf } from './tests-of.ts'

/** Ends of a source that a case made from it looks at. */
const endsMax = 10

/** Makes a test of a node from the messages that the taps around it show now. */
export function MakeCaseButton({ flow, id }: { readonly flow: FlowEditor; readonly id: string }) {
  const { layout, live, notices } = useWorkbench()
  const [isBusy, setBusy] = useState(false)
  const material = useMaterial(flow, id)
  const make = async () => {
    const made = caseFromTaps({ ...material, seen: (port) => live.taps.messages(port) })
    if (made === undefined) {
      notices.notify({ kind: 'info', text: 'Nothing has passed here yet to make a test from.' })
      return
    }
    setBusy(true)
    const tests = testsOf(flow)
    const name = await tests.add(made)
    if (name !== undefined) {
      await tests.run([name])
      await tests.accept(name)
    }
    setBusy(false)
    layout.showDrawer('tests')
  }
  return (
    <Button
      size="small"
      icon="flask-conical"
      isBusy={isBusy}
      data-testid="make-case"
      onClick={() => void make()}
    >
      Make a test of this
    </Button>
  )
}

function useMaterial(flow: FlowEditor, id: string): Omit<CaseMaterial, 'seen'> {
  const { editor } = useWorkbench()
  const catalog = useStore(editor.catalog)
  const nodes = useFlowState(flow, ({ document }) => document.nodes)
  const drawn = useFlowState(flow, ({ document }) => document.wires)
  const wires = [...drawn.values()]
  const node = nodes.get(id)
  const descriptor = node && catalog.descriptors.get(node.type)
  const isSource = descriptor?.inputs.length === 0
  const own = descriptor?.kind === 'sink' ? descriptor.inputs : outputsOf()
  function outputsOf() {
    return node === undefined || descriptor === undefined
      ? []
      : outputPorts({ ...descriptor, errorPort: false }, node.config)
  }
  const sinks = [...nodes.values()].filter(
    ({ type }) => catalog.descriptors.get(type)?.kind === 'sink',
  )
  const reached = reachedFrom(id, wires)
  const ends = sinks.filter((sink) => reached.has(sink.id)).slice(0, endsMax)
  return {
    node: id,
    name: node === undefined ? id : nameOf(catalog, node),
    isSource,
    isStateful: isSource || descriptor?.stateful === true,
    wires,
    expected: isSource
      ? ends.map(({ id: end, type }) => ({
          node: end,
          port: catalog.descriptors.get(type)?.inputs[0]?.name ?? 'in',
        }))
      : own.map(({ name }) => ({ node: id, port: name })),
  }
}

function reachedFrom(
  start: string,
  wires: readonly {
    readonly from: { readonly node: string }
    readonly to: { readonly node: string }
  }[],
): ReadonlySet<string> {
  const next = new Map<string, string[]>()
  for (const { from, to } of wires) next.set(from.node, [...(next.get(from.node) ?? []), to.node])
  const reached = new Set<string>()
  const open = [start]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const to of next.get(node) ?? []) {
      if (reached.has(to)) continue
      reached.add(to)
      open.push(to)
    }
  }
  return reached
}
