import type { PatchFlowBody } from '@millrace/protocol'
import type { Change } from './change.ts'
import { toFlow, type FlowDocument } from './document.ts'

/** The body of a save: what changed, whatever the size of the flow. */
export function patchOf(
  revision: string,
  changes: readonly Change[],
  document: FlowDocument,
): PatchFlowBody {
  const inside = <Name extends Change['in']>(name: Name) =>
    changes.filter((change): change is Extract<Change, { in: Name }> => change.in === name)
  const about = new Map(inside('about').map(({ key, after }) => [key, after ?? '']))
  const title = about.get('title')
  const description = about.get('description')
  const nodes = inside('nodes')
  const wires = inside('wires')
  const places = inside('layout').flatMap(({ key, after }) =>
    after === undefined ? [] : [[key, after] as const],
  )
  return {
    revision,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...some(
      'setNodes',
      nodes.flatMap(({ after }) => after ?? []),
    ),
    ...some(
      'removeNodes',
      nodes.flatMap(({ key, after }) => (after === undefined ? [key] : [])),
    ),
    ...some(
      'addWires',
      wires.flatMap(({ after }) => after ?? []),
    ),
    ...some(
      'removeWires',
      wires.flatMap(({ before, after }) => (after === undefined ? (before ?? []) : [])),
    ),
    ...(places.length === 0 ? {} : { setLayout: Object.fromEntries(places) }),
    ...(inside('groups').length === 0 ? {} : { groups: toFlow(document).groups ?? [] }),
  }
}

function some<Name extends string, Value>(
  name: Name,
  values: readonly Value[],
): { readonly [Key in Name]?: readonly Value[] } {
  // An object with this one key is what the type says.
  return values.length === 0
    ? {}
    : ({ [name]: values } as { readonly [Key in Name]?: readonly Value[] })
}
