import { parseBundleText, type Bundle, type Problem } from '@millrace/flow'
import { parseFragment } from '../model/index.ts'

/** What a text that somebody wants to import turns out to be. */
export type Importable =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'bundle'; readonly bundle: Bundle }
  /** Nodes as copied from a canvas; they go onto the one in front. */
  | { readonly kind: 'nodes'; readonly count: number; readonly text: string }
  | { readonly kind: 'node-red'; readonly nodeCount: number; readonly flowCount: number }
  | { readonly kind: 'wrong'; readonly problems: readonly Problem[] }

export function readImport(text: string): Importable {
  if (text.trim() === '') return { kind: 'nothing' }
  const nodeRed = nodeRedIn(text)
  if (nodeRed !== undefined) return nodeRed
  const parsed = parseBundleText(text)
  if (parsed.bundle !== undefined) return { kind: 'bundle', bundle: parsed.bundle }
  const fragment = isNamed(text) ? undefined : parseFragment(text)
  if (fragment !== undefined && fragment.nodes.length > 0)
    return { kind: 'nodes', count: fragment.nodes.length, text }
  return { kind: 'wrong', problems: parsed.problems }
}

/** Node-RED writes one list with nodes and tabs; every entry has `type`, and nodes their `wires`. */
function nodeRedIn(text: string): Importable | undefined {
  const value = parsed(text)
  if (!Array.isArray(value) || value.length === 0) return undefined
  const entries = value.filter(isTyped)
  if (entries.length !== value.length) return undefined
  const flowCount = entries.filter(({ type }) => type === 'tab').length
  const nodeCount = entries.filter((entry) => 'wires' in entry).length
  return flowCount + nodeCount === 0 ? undefined : { kind: 'node-red', flowCount, nodeCount }
}

function isTyped(entry: unknown): entry is { readonly id: string; readonly type: string } {
  return (
    typeof entry === 'object' &&
    entry !== null &&
    'id' in entry &&
    'type' in entry &&
    typeof entry.type === 'string'
  )
}

/** Whole flows have names; what is copied from a canvas has none. */
function isNamed(text: string): boolean {
  const value = parsed(text)
  return typeof value === 'object' && value !== null && ('name' in value || 'flows' in value)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
