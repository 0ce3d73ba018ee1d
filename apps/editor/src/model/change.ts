import {
  collectionNames,
  type CollectionName,
  type Collections,
  type FlowDocument,
} from './document.ts'

/** One value of one map of a document, before and after; absent where it is not there. */
export type Change = {
  [Name in CollectionName]: {
    readonly in: Name
    readonly key: string
    readonly before?: Collections[Name]
    readonly after?: Collections[Name]
  }
}[CollectionName]

/** A copy of a document that is written to; maps that nobody writes to stay shared. */
export interface DocumentDraft {
  /** What it is now, the changes so far included. */
  readonly now: FlowDocument
  set<Name extends CollectionName>(name: Name, key: string, value: Collections[Name]): void
  remove(name: CollectionName, key: string): void
}

/** Runs `recipe` on a draft; returns the new document and what changed, each key once. */
export function edit(
  document: FlowDocument,
  recipe: (draft: DocumentDraft) => void,
): { readonly document: FlowDocument; readonly changes: readonly Change[] } {
  const copies: { [Name in CollectionName]?: Map<string, unknown> } = {}
  let now = document
  const writable = (name: CollectionName): Map<string, unknown> => {
    const existing = copies[name]
    if (existing !== undefined) return existing
    const copy = new Map<string, unknown>(document[name])
    copies[name] = copy
    now = { ...now, [name]: copy }
    return copy
  }
  recipe({
    get now() {
      return now
    },
    set: (name, key, value) => void writable(name).set(key, value),
    remove: (name, key) => void writable(name).delete(key),
  })
  return { document: now, changes: changesBetween(document, now) }
}

/** What turns one document into the other; values are compared by content. */
export function changesBetween(before: FlowDocument, after: FlowDocument): readonly Change[] {
  return collectionNames.flatMap((name) => mapChanges(name, before[name], after[name]))
}

function mapChanges(
  name: CollectionName,
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): readonly Change[] {
  if (before === after) return []
  const changes: Change[] = []
  for (const [key, old] of before) {
    const value = after.get(key)
    if (value !== old && !equal(value, old)) changes.push(change(name, key, old, value))
  }
  for (const [key, value] of after) {
    if (!before.has(key)) changes.push(change(name, key, undefined, value))
  }
  return changes
}

function change(name: CollectionName, key: string, before: unknown, after: unknown): Change {
  const made = {
    in: name,
    key,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  }
  // The values come out of the map of that name, which the compiler cannot follow through a union.
  return made as Change
}

/** Puts `after` of every change into the document, whatever is there now. */
export function applyChanges(document: FlowDocument, changes: readonly Change[]): FlowDocument {
  const copies = new Map<CollectionName, Map<string, unknown>>()
  for (const { in: name, key, after } of changes) {
    const copy = copies.get(name) ?? new Map<string, unknown>(document[name])
    copies.set(name, copy)
    if (after === undefined) copy.delete(key)
    else copy.set(key, after)
  }
  return { ...document, ...Object.fromEntries(copies) }
}

export function invert(changes: readonly Change[]): readonly Change[] {
  return changes.map(({ in: name, key, before, after }) => change(name, key, after, before))
}

/** Both, one after the other, as if they had been one; what comes back to where it was drops out. */
export function compose(first: readonly Change[], second: readonly Change[]): readonly Change[] {
  const merged = new Map(first.map((made) => [`${made.in} ${made.key}`, made]))
  for (const made of second) {
    const id = `${made.in} ${made.key}`
    const earlier = merged.get(id)
    if (earlier === undefined) merged.set(id, made)
    else if (equal(earlier.before, made.after)) merged.delete(id)
    else merged.set(id, change(made.in, made.key, earlier.before, made.after))
  }
  return [...merged.values()]
}

/** Whether two JSON values are the same. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const left = Object.entries(a).filter(([, value]) => value !== undefined)
  const right = new Map(Object.entries(b).filter(([, value]) => value !== undefined))
  return left.length === right.size && left.every(([key, value]) => equal(value, right.get(key)))
}
