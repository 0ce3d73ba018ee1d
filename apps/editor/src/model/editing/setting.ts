import type { ErrorPolicy, FlowNode } from '@millrace/flow'
import { portsOf } from '../catalog.ts'
import type { DocumentDraft } from '../change.ts'
import { portId, wiresOf } from '../document.ts'
import type { FlowCore } from '../flow-core.ts'
import { called, counted } from './labels.ts'

export interface Setting {
  /** `undefined` puts the field back to its default. */
  setConfig(node: string, field: string, value: unknown): void
  setConfigs(node: string, values: Readonly<Record<string, unknown>>): void
  /** An empty name gives the node the title of its type back. */
  rename(node: string, name: string): void
  setDisabled(nodes: Iterable<string>, isDisabled: boolean): void
  /** Undefined leaves it at the error port. */
  setErrorPolicy(node: string, policy: ErrorPolicy | undefined): void
}

export function createSetting(core: FlowCore): Setting {
  const nodeOf = (id: string) => core.store.getState().document.nodes.get(id)
  return {
    setConfig: (id, field, value) => setConfigs(core, id, { [field]: value }),
    setConfigs: (id, values) => setConfigs(core, id, values),
    rename(id, wanted) {
      const node = nodeOf(id)
      if (node === undefined) return
      const { name: _, ...nameless } = node
      const renamed = wanted.trim() === '' ? nameless : { ...nameless, name: wanted }
      core.transact(`Rename ${called(core, id)}`, (draft) => draft.set('nodes', id, renamed), {
        coalesce: `rename ${id}`,
      })
    },
    setErrorPolicy(id, onError) {
      const node = nodeOf(id)
      if (node === undefined) return
      const { onError: _, ...rest } = node
      const changed = onError === undefined ? rest : { ...rest, onError }
      core.transact(
        `Set errors of ${called(core, id)}`,
        (draft) => draft.set('nodes', id, changed),
        { coalesce: `errors ${id}` },
      )
    },
    setDisabled(ids, isDisabled) {
      const nodes = [...ids].flatMap((id) => nodeOf(id) ?? [])
      core.transact(counted(isDisabled ? 'Disable' : 'Enable', nodes.length, 'node'), (draft) => {
        for (const { isDisabled: _, ...node } of nodes)
          draft.set('nodes', node.id, isDisabled ? { ...node, isDisabled } : node)
      })
    },
  }
}

function setConfigs(core: FlowCore, id: string, values: Readonly<Record<string, unknown>>): void {
  const node = core.store.getState().document.nodes.get(id)
  if (node === undefined) return
  const fields = Object.keys(values)
  const config = Object.fromEntries(
    Object.entries({ ...node.config, ...values }).filter(([, value]) => value !== undefined),
  )
  const labels = core.catalog().descriptors.get(node.type)?.fields
  const what = fields.map((field) => labels?.[field]?.label ?? field).join(', ')
  const changed = { ...node, config }
  core.transact(
    `Set ${what} of ${called(core, id)}`,
    (draft) => {
      draft.set('nodes', id, changed)
      dropWiresOfLostPorts(core, draft, node, changed)
    },
    { coalesce: `config ${id} ${fields.join(' ')}` },
  )
}

/** Ports that follow a list go with their row, and their wires with them. */
function dropWiresOfLostPorts(
  core: FlowCore,
  draft: DocumentDraft,
  before: FlowNode,
  after: FlowNode,
): void {
  const kept = new Set(portsOf(core.catalog(), after).outputs.map(({ name }) => name))
  const lost = portsOf(core.catalog(), before).outputs.filter(({ name }) => !kept.has(name))
  if (lost.length === 0) return
  const ports = new Set(lost.map(({ name }) => portId({ node: after.id, port: name })))
  for (const id of wiresOf(core.wires(), after.id).outgoing) {
    const wire = draft.now.wires.get(id)
    if (wire !== undefined && ports.has(portId(wire.from))) draft.remove('wires', id)
  }
}
