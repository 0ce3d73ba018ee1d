import type { Message, Path, PathSegment } from '../message.ts'
import { isBytes, isList, isMap } from '../runtime/values.ts'
import type { List } from '../runtime/values.ts'

export type PathAccess = Pick<Path, 'get' | 'set' | 'remove'>

/** Reads and writes at any path, without making code. */
export function createAccess(segments: readonly PathSegment[]): PathAccess {
  return {
    get: (message) => segments.reduce<unknown>(readSegment, message),
    // The first segment is a name, so a copy of the message is what comes back.
    set: (message, value) => written(message, { segments, depth: 0, value }) as Message,
    remove: (message) => removed(message, segments, 0) as Message,
  }
}

/** An own property of a map or an element of a list, or undefined. */
export function readSegment(holder: unknown, segment: PathSegment): unknown {
  if (typeof holder !== 'object' || holder === null) return undefined
  const isIndexed = isList(holder) || isBytes(holder)
  if (isIndexed !== (typeof segment === 'number') && isIndexed) return undefined
  return Object.hasOwn(holder, segment) ? Reflect.get(holder, segment) : undefined
}

/** A copy of a map with a property. What is no map cannot hold it and is replaced by one that can. */
export function withProperty(holder: unknown, name: PathSegment, value: unknown): object {
  return isMap(holder) ? { ...holder, [name]: value } : { [name]: value }
}

/** A copy of a list with an element; a map keeps the index as a name; anything else becomes a list. */
export function withElement(holder: unknown, index: number, value: unknown): object {
  if (isMap(holder)) return withProperty(holder, index, value)
  const copy: unknown[] = isList(holder) ? [...holder] : []
  while (copy.length < index) copy.push(null)
  copy[index] = value
  return copy
}

interface Writing {
  segments: readonly PathSegment[]
  depth: number
  value: unknown
}

function written(holder: unknown, { segments, depth, value }: Writing): unknown {
  const segment = segments[depth]
  if (segment === undefined) return value
  const inner = written(readSegment(holder, segment), { segments, depth: depth + 1, value })
  return typeof segment === 'number'
    ? withElement(holder, segment, inner)
    : withProperty(holder, segment, inner)
}

/** The holder itself where there is nothing to remove. */
function removed(holder: unknown, segments: readonly PathSegment[], depth: number): unknown {
  const segment = segments[depth]
  if (segment === undefined || !holds(holder, segment)) return holder
  const last = depth === segments.length - 1
  if (last)
    return isList(holder)
      ? withoutElement(holder, Number(segment))
      : withoutProperty(holder, segment)
  const before = readSegment(holder, segment)
  const after = removed(before, segments, depth + 1)
  if (after === before) return holder
  return typeof segment === 'number'
    ? withElement(holder, segment, after)
    : withProperty(holder, segment, after)
}

function holds(holder: unknown, segment: PathSegment): holder is object {
  if (isList(holder)) return typeof segment === 'number' && Object.hasOwn(holder, segment)
  return isMap(holder) && Object.hasOwn(holder, segment)
}

function withoutElement(list: List, index: number): List {
  return list.toSpliced(index, 1)
}

function withoutProperty(holder: object, segment: PathSegment): object {
  const { [segment]: _left, ...rest } = holder as Readonly<Record<PathSegment, unknown>>
  return rest
}
