import type { HttpRoute } from '@millrace/sdk'

/** A route that a flow has taken. */
export interface TakenRoute<Owner> {
  readonly owner: Owner
  /** As the owner numbered it. */
  readonly number: number
  readonly method: string
  readonly segments: readonly string[]
  readonly bodyBytesMax: number
  readonly answerWithinMs: number
  readonly openMax: number
  readonly takesWebSockets: boolean
  /** Its flow does not answer just now but will: requests get 503 instead of 404. */
  isParked: boolean
  /** Requests not yet answered. */
  pending: number
}

export type RouteMatch<Owner> =
  | { readonly outcome: 'found'; readonly route: TakenRoute<Owner> }
  | { readonly outcome: 'method'; readonly allowed: readonly string[] }
  | { readonly outcome: 'nothing' }

/** Which flow answers which method and path. A fixed path goes before one with parameters. */
export class RouteTable<Owner> {
  private readonly fixed = new Map<string, TakenRoute<Owner>[]>()
  private readonly withParameters: TakenRoute<Owner>[] = []

  /** Undefined when another has it. A parked route of the same owner is replaced. */
  take(owner: Owner, number: number, route: HttpRoute): TakenRoute<Owner> | undefined {
    const segments = segmentsOf(route.path)
    const method = route.method.toUpperCase()
    const present = this.all().find((each) => each.method === method && isSame(each, segments))
    if (present !== undefined) {
      if (present.owner !== owner || !present.isParked) return undefined
      this.remove(present)
    }
    const taken: TakenRoute<Owner> = {
      owner,
      number,
      method,
      segments,
      bodyBytesMax: route.bodyBytesMax,
      answerWithinMs: route.answerWithinMs ?? 30_000,
      openMax: route.openMax ?? 10_000,
      takesWebSockets: route.takesWebSockets ?? false,
      isParked: false,
      pending: 0,
    }
    this.listFor(taken).push(taken)
    return taken
  }

  remove(route: TakenRoute<Owner>): void {
    const list = this.listFor(route)
    const index = list.indexOf(route)
    if (index >= 0) list.splice(index, 1)
    if (list.length === 0) this.fixed.delete(keyOf(route.segments))
  }

  of(owner: Owner): readonly TakenRoute<Owner>[] {
    return this.all().filter((route) => route.owner === owner)
  }

  /** `path` is without the query, as it came. */
  match(method: string, path: string): RouteMatch<Owner> {
    const quick = this.fixed.get(path)?.find((each) => each.method === method)
    if (quick !== undefined) return { outcome: 'found', route: quick }
    const list = this.search(path)
    const route = list.find((each) => each.method === method)
    if (route !== undefined) return { outcome: 'found', route }
    if (list.length === 0) return { outcome: 'nothing' }
    return { outcome: 'method', allowed: list.map((each) => each.method) }
  }

  private search(path: string): readonly TakenRoute<Owner>[] {
    const segments = decodedSegments(path)
    if (segments === undefined) return []
    const fixed = this.fixed.get(keyOf(segments)) ?? []
    return [...fixed, ...this.withParameters.filter((route) => fits(route.segments, segments))]
  }

  private all(): readonly TakenRoute<Owner>[] {
    return [...[...this.fixed.values()].flat(), ...this.withParameters]
  }

  private listFor(route: TakenRoute<Owner>): TakenRoute<Owner>[] {
    if (route.segments.some(isParameter)) return this.withParameters
    const key = keyOf(route.segments)
    const list = this.fixed.get(key) ?? []
    this.fixed.set(key, list)
    return list
  }
}

/** The parameters of a path that fits the route, decoded. */
export function pathParameters(route: string, path: string): Record<string, string> {
  const parameters: Record<string, string> = Object.create(null)
  if (!route.includes('/:')) return parameters
  const values = decodedSegments(path) ?? []
  segmentsOf(route).forEach((segment, index) => {
    const value = values[index]
    if (isParameter(segment) && value !== undefined) parameters[segment.slice(1)] = value
  })
  return parameters
}

/** The query by name; a name that comes twice gives a list. */
export function queryParameters(query: string): Record<string, string | string[]> {
  const parameters: Record<string, string | string[]> = Object.create(null)
  if (query === '') return parameters
  for (const [name, value] of new URLSearchParams(query)) {
    const before = parameters[name]
    if (before === undefined) parameters[name] = value
    else if (typeof before === 'string') parameters[name] = [before, value]
    else before.push(value)
  }
  return parameters
}

function segmentsOf(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '')
}

function decodedSegments(path: string): readonly string[] | undefined {
  try {
    return segmentsOf(path).map((segment) => decodeURIComponent(segment))
  } catch {
    return undefined
  }
}

function keyOf(segments: readonly string[]): string {
  return `/${segments.join('/')}`
}

function isParameter(segment: string): boolean {
  return segment.startsWith(':')
}

function isSame<Owner>(route: TakenRoute<Owner>, segments: readonly string[]): boolean {
  if (route.segments.length !== segments.length) return false
  return route.segments.every((each, index) => {
    const other = segments[index] ?? ''
    return isParameter(each) ? isParameter(other) : each === other
  })
}

function fits(segments: readonly string[], path: readonly string[]): boolean {
  if (segments.length !== path.length) return false
  return segments.every((segment, index) => isParameter(segment) || segment === path[index])
}
