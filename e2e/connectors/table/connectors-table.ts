import { readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { openCatalog } from '@millrace/catalog'
import { guaranteeTitles } from '@millrace/flow'
import type { Guarantee } from '@millrace/flow'
import type { DeliveryGap, Descriptor } from '@millrace/sdk/descriptor'
import { parts } from '../suite/connector.ts'
import type { Connector, Part } from '../suite/connector.ts'

const folder = new URL('../registered/', import.meta.url)
const manifest = createRequire(import.meta.url).resolve('../../../apps/server/package.json')

/** All that are held to the suite: what the files in `registered` export. */
export async function registeredConnectors(): Promise<readonly Connector[]> {
  const names = (await readdir(folder)).filter((name) => /^[^.]+\.ts$/.test(name))
  const modules = await Promise.all(
    // Each exports connectors, beside functions that they share.
    names.toSorted().map((name) => import(new URL(name, folder).href) as Promise<object>),
  )
  // By name, as Node lists what a module exports; others list it as it is written.
  return modules.flatMap((module) =>
    Object.entries(module)
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([, value]) => value as unknown)
      .filter(isConnector),
  )
}

function isConnector(value: unknown): value is Connector {
  return typeof value === 'object' && value !== null && 'system' in value && 'open' in value
}

export async function installedTypes(): Promise<ReadonlyMap<string, Descriptor>> {
  const { descriptors } = await openCatalog({ manifest: pathToFileURL(manifest).href })
  return descriptors
}

/** The table of the docs, as Markdown: made of descriptors and of what is registered. */
export function connectorsTable(
  connectors: readonly Connector[],
  types: ReadonlyMap<string, Descriptor>,
): string {
  const rows = systemsOf(connectors).flatMap(([system, nodes]) =>
    [...nodes].flatMap(([type, against], at) => {
      const descriptor = types.get(type)
      if (descriptor === undefined || descriptor.kind === 'connection') return []
      return [rowOf(descriptor, { system: at === 0 ? system : '', against: [...against] })]
    }),
  )
  const head = [
    ['system', 'node', 'promised', 'except where', 'tested against'],
    ['---', '---', '---', '---', '---'],
  ]
  return [...head, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** What of the suite makes no sense, why, and for which nodes, as Markdown. */
export function leftOutTable(
  connectors: readonly Connector[],
  types: ReadonlyMap<string, Descriptor>,
): string {
  const rows = Object.entries(parts).flatMap(([part, what]) => {
    // The keys of the record are these.
    const byReason = Map.groupBy(connectors, ({ leavesOut }) => leavesOut?.[part as Part])
    return [...byReason].flatMap(([because, those]) =>
      because === undefined ? [] : [[what, because, nodesOf(those, types).join('; ')]],
    )
  })
  const head = [
    ['not tried', 'because', 'nodes'],
    ['---', '---', '---'],
  ]
  return [...head, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Each node with what it is tested against. */
function nodesOf(
  connectors: readonly Connector[],
  types: ReadonlyMap<string, Descriptor>,
): readonly string[] {
  const texts = connectors.map(({ nodes, against }) => {
    const own = [nodes.source, nodes.operator, nodes.sink].filter((type) => type !== undefined)
    return `${own.map((type) => types.get(type)?.title).join(' and ')} (${against})`
  })
  return texts.toSorted()
}

/** By system the types of its nodes, each with what it is tested against. */
function systemsOf(connectors: readonly Connector[]) {
  const systems = new Map<string, Map<string, Set<string>>>()
  for (const { system, against, nodes } of connectors) {
    const known = systems.get(system) ?? new Map<string, Set<string>>()
    systems.set(system, known)
    const own = [nodes.source, nodes.operator, nodes.sink].flatMap((type) =>
      type === undefined ? [] : [[type, against] as const],
    )
    for (const [type, peer] of [...own, ...Object.entries(nodes.more ?? {})]) {
      known.set(type, (known.get(type) ?? new Set()).add(peer))
    }
  }
  return [...systems].toSorted(([a], [b]) => a.localeCompare(b))
}

function rowOf(
  descriptor: Descriptor,
  { system, against }: { readonly system: string; readonly against: readonly string[] },
): readonly string[] {
  const gaps = descriptor.promises?.gaps ?? []
  const sometimes = gaps.filter((gap) => !isAlways(gap))
  const exceptions = sometimes.map(({ may, because }) => `may ${may}: ${nameFields(because)}`)
  const cells = [
    system,
    descriptor.title,
    guaranteeTitles[guaranteeOf(descriptor)],
    exceptions.join('; '),
    against.join('; '),
  ]
  return cells.map((text) => text.replaceAll('|', '\\|'))
}

const isAlways = ({ when, whenConnection }: DeliveryGap) =>
  when === undefined && whenConnection === undefined

/** What a node promises with the settings that promise most. */
export function guaranteeOf({ kind, promises }: Descriptor): Guarantee {
  const always = (promises?.gaps ?? []).filter(isAlways).map(({ may }) => may)
  const mayLose = always.includes('lose') || (kind === 'source' && promises?.replayable !== true)
  const isRepeatable = promises?.idempotent === true || promises?.transactional === true
  const mayRepeat = always.includes('repeat') || (kind === 'sink' && !isRepeatable)
  if (mayLose) return mayRepeat ? 'best-effort' : 'at-most-once'
  return mayRepeat ? 'at-least-once' : 'exactly-once'
}

/** A sentence of a descriptor may have fields in it, which here have no value. */
const nameFields = (text: string) => text.replaceAll(/\{(\w+)\}/g, '*$1*')
