import type { Message } from '@millrace/sdk'

/** A place that was seen in messages, with a value that stood there. */
export interface SeenPath {
  readonly path: string
  readonly kind: string
  readonly example: string
}

const identifier = /^[A-Za-z_$][\w$]*$/
const deepest = 5
const most = 200

/** The places in the newest messages, nearest to the root first. */
export function seenPaths(samples: readonly Message[]): readonly SeenPath[] {
  const found = new Map<string, SeenPath>()
  for (const sample of samples.slice(0, 10)) walk(sample, '', 0)
  return [...found.values()]

  function walk(value: unknown, path: string, depth: number): void {
    if (found.size >= most || depth > deepest) return
    if (path !== '' && !found.has(path)) {
      found.set(path, { path, kind: kindOf(value), example: shortText(value) })
    }
    if (!isPlainMap(value)) return
    for (const [name, inner] of Object.entries(value)) walk(inner, joinPath(path, name), depth + 1)
  }
}

export function joinPath(path: string, name: string): string {
  if (!identifier.test(name)) return `${path}[${JSON.stringify(name)}]`
  return path === '' ? name : `${path}.${name}`
}

function isPlainMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `list of ${value.length}`
  return typeof value === 'object' ? 'map' : typeof value === 'string' ? 'text' : typeof value
}

/** A value in at most 60 characters. */
export function shortText(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
