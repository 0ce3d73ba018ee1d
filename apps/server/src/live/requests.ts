import type { Answer, ClientEvents } from '@millrace/protocol'

/** Most output ports that one editor looks at. */
export const tapsMax = 20
/** Most debug nodes that one editor chooses. */
export const debugNodesMax = 1000
const nameLengthMax = 200

type Request<Name extends keyof ClientEvents> = Parameters<ClientEvents[Name]>[0]

/** What a client event asks for, or the refusal to answer it with. */
export type ParsedRequest<Name extends keyof ClientEvents> =
  | { readonly request: Request<Name> }
  | { readonly refusal: Answer }

type Parsers = { readonly [Name in keyof ClientEvents]: (body: unknown) => ParsedRequest<Name> }

/** One parser for each event that a client may send. */
export const requestParsers: Parsers = {
  watch(body) {
    const flow = field(body, 'flow')
    if (flow === null || isName(flow)) return { request: { flow } }
    return refused('watch', 'flow must be the name of a flow, or null')
  },
  debug(body) {
    const nodes = field(body, 'nodes')
    if (nodes === null) return { request: { nodes } }
    const names = namesOf(nodes, debugNodesMax)
    if (names !== undefined) return { request: { nodes: names } }
    return refused('debug', `nodes must be null or a list of at most ${debugNodesMax} node ids`)
  },
  tap(body) {
    const ports = namesOf(field(body, 'ports'), tapsMax)
    if (ports?.every((port) => port.includes(':')) === true) return { request: { ports } }
    return refused('tap', `ports must be a list of at most ${tapsMax} texts such as "filter:out"`)
  },
}

export function refusal(code: string, message: string): Answer {
  return { ok: false, code, message }
}

function refused(event: string, message: string): { readonly refusal: Answer } {
  return {
    refusal: refusal('SOCKET_EVENT_INVALID', `The event ${event} was not understood: ${message}.`),
  }
}

function field(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined
  return Object.getOwnPropertyDescriptor(body, name)?.value
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= nameLengthMax
}

function namesOf(value: unknown, max: number): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length > max) return undefined
  return value.every(isName) ? value : undefined
}
