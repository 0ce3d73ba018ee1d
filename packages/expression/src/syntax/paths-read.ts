import type { PathSegment } from '../message.ts'
import { childrenOf } from './ast.ts'
import type { Node } from './ast.ts'

/**
 * The places in the message that an expression reads, each once, in the order of the source.
 * Where an index is computed, the place ends before it: all below it may be read.
 */
export function pathsRead(node: Node): PathSegment[][] {
  const found = new Map<string, PathSegment[]>()
  collect(node, found)
  return [...found.values()]
}

/** The segments, if a node is nothing but a path into the message. */
export function segmentsOf(node: Node): PathSegment[] | null {
  if (node.kind === 'root') return [node.name]
  if (node.kind === 'member') return extend(segmentsOf(node.object), node.name)
  if (node.kind !== 'index' || node.index.kind !== 'literal') return null
  const { value } = node.index
  if (typeof value !== 'string' && typeof value !== 'number') return null
  return extend(segmentsOf(node.object), value)
}

function collect(node: Node, found: Map<string, PathSegment[]>): void {
  const segments = segmentsOf(node)
  if (segments) found.set(JSON.stringify(segments), segments)
  else for (const child of childrenOf(node)) collect(child, found)
}

function extend(before: PathSegment[] | null, segment: PathSegment): PathSegment[] | null {
  return before && [...before, segment]
}
