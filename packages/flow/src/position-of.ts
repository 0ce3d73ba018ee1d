import type { Position } from './flow.ts'

/** Where a node stands, if that is known; an id such as `toString` is a name like any other. */
export function positionOf(
  layout: Readonly<Record<string, Position>>,
  id: string,
): Position | undefined {
  return Object.hasOwn(layout, id) ? layout[id] : undefined
}
