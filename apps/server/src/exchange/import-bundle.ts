import { connectionOwner, isConfigShown, nodeOwner, secretKey } from '@millrace/flow'
import type { Bundle, DescriptorsByType, Flow, FlowNode, SecretName } from '@millrace/flow'
import type { ImportResult } from '@millrace/protocol'
import { connectionsOf } from '../deploy/flow-connections.ts'
import type { SavedFlows } from '../flows/saved-flows.ts'
import { Refusal } from '../refusal.ts'
import type { ConnectionFiles } from '../storage/connection-files.ts'
import type { TestFiles } from '../storage/test-files.ts'

export interface ImportTargets {
  readonly saved: SavedFlows
  readonly connections: ConnectionFiles
  readonly tests: TestFiles
  readonly nodeTypes: DescriptorsByType
}

/**
 * Adds flows and connections. A flow whose name is taken gets another one; a connection whose id is
 * taken stays as it is here. Nothing starts to run.
 */
export async function importBundle(bundle: Bundle, targets: ImportTargets): Promise<ImportResult> {
  refuseSecrets(bundle, targets.nodeTypes)
  targets.saved.expectRoom(bundle.flows.length)
  const connections: ImportResult['connections'][number][] = []
  for (const document of bundle.connections) {
    const isKept = targets.connections.all().has(document.id)
    if (!isKept) await targets.connections.put(document)
    connections.push({ id: document.id, outcome: isKept ? 'kept' : 'added' })
  }
  const flows: { name: string; flow: Flow }[] = []
  for (const flow of bundle.flows) {
    const added = (await targets.saved.add(flow)).flow
    flows.push({ name: flow.name, flow: added })
    const tests = bundle.tests?.find((some) => some.flow === flow.name)
    if (tests) await targets.tests.write({ ...tests, flow: added.name })
  }
  return {
    flows: flows.map(({ name, flow }) => ({ name, importedAs: flow.name })),
    connections,
    problems: flows.flatMap(({ flow }) =>
      targets.saved.problemsOf(flow).map((problem) => ({ ...problem, flow: flow.name })),
    ),
    secretsMissing: missingSecrets(bundle, flows, targets),
  }
}

/** Checked before anything is written, so that an import adds all or nothing. */
function refuseSecrets(bundle: Bundle, nodeTypes: DescriptorsByType): void {
  const nodes = bundle.flows.flatMap((flow) => flow.nodes)
  for (const { id, type, config } of [...nodes, ...bundle.connections]) {
    const fields = Object.entries(nodeTypes.get(type)?.fields ?? {})
    const leak = fields.find(([name, { kind }]) => kind === 'secret' && Object.hasOwn(config, name))
    if (!leak) continue
    const message = `"${id}" holds a secret in its field "${leak[0]}"; remove it from the file`
    throw new Refusal(422, { code: 'SECRET_IN_DOCUMENT', message })
  }
}

function missingSecrets(
  bundle: Bundle,
  flows: readonly { readonly name: string; readonly flow: Flow }[],
  { saved, connections, nodeTypes }: ImportTargets,
): readonly SecretName[] {
  const set = saved.circumstances().secretsSet
  const ids = new Set(flows.flatMap(({ flow }) => connectionsOf(flow, nodeTypes)))
  const documents = [...ids].flatMap((id) => connections.all().get(id) ?? [])
  const needed = [
    ...documents.flatMap((document) =>
      secretsOf(document, { owner: connectionOwner(document.id), bundle, nodeTypes }),
    ),
    ...flows.flatMap(({ name, flow }) =>
      flow.nodes.flatMap((node) =>
        secretsOf(node, { owner: nodeOwner(name, node.id), bundle, nodeTypes }).map(
          ({ field }) => ({
            owner: nodeOwner(flow.name, node.id),
            field,
          }),
        ),
      ),
    ),
  ]
  return needed.filter(({ owner, field }) => !set.has(secretKey(owner, field)))
}

interface SecretQuestion {
  /** As the bundle calls it. */
  readonly owner: string
  readonly bundle: Bundle
  readonly nodeTypes: DescriptorsByType
}

/** Secret fields that are required, or were set where the bundle comes from. */
function secretsOf(
  { type, config }: Pick<FlowNode, 'type' | 'config'>,
  { owner, bundle, nodeTypes }: SecretQuestion,
): readonly SecretName[] {
  const fields = nodeTypes.get(type)?.fields ?? {}
  const wasSet = new Set((bundle.secrets ?? []).map((name) => secretKey(name.owner, name.field)))
  return Object.entries(fields).flatMap(([name, field]) => {
    if (field.kind !== 'secret' || !isConfigShown(fields, config, name)) return []
    return field.required === true || wasSet.has(secretKey(owner, name))
      ? [{ owner, field: name }]
      : []
  })
}
