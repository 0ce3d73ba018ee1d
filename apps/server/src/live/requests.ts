import { flowNameForm, idForm, isRecord } from '@millrace/flow'

/** What an open editor looks at. */
export interface Look {
  readonly flow: string | null
  /** Null means all of the flow. */
  readonly debugNodes: readonly string[] | null
  readonly taps: readonly string[]
}

export const lookAtNothing: Look = { flow: null, debugNodes: null, taps: [] }

const nodesMax = 1_000
const tapsMax = 20
const portPattern = /^[\w-]{1,64}:[\w-]{1,64}$/

/** Each reads one event; a text says what is wrong with it. */
export const readRequest: Readonly<
  Record<string, (request: unknown, look: Look) => Look | string>
> = {
  watch: (request, look) => {
    const flow = isRecord(request) ? request['flow'] : undefined
    if (flow === null) return lookAtNothing
    if (typeof flow !== 'string' || !flowNameForm.pattern.test(flow)) {
      return '"flow" must be the name of a flow, or null'
    }
    if (look.flow === flow) return look
    // Nodes and ports are those of one flow; all or none of its nodes is meant for any.
    const debugNodes = look.debugNodes?.length === 0 ? [] : null
    return { flow, debugNodes, taps: [] }
  },
  debug: (request, look) => {
    const nodes = isRecord(request) ? request['nodes'] : undefined
    if (nodes === null) return { ...look, debugNodes: null }
    if (isTexts(nodes, nodesMax, idForm.pattern)) return { ...look, debugNodes: nodes }
    return `"nodes" must be a list of at most ${nodesMax} node ids, or null`
  },
  tap: (request, look) => {
    const ports = isRecord(request) ? request['ports'] : undefined
    if (isTexts(ports, tapsMax, portPattern)) return { ...look, taps: ports }
    return `"ports" must be a list of at most ${tapsMax} ports, written node:port`
  },
}

function isTexts(value: unknown, most: number, pattern: RegExp): value is readonly string[] {
  if (!Array.isArray(value) || value.length > most) return false
  return value.every((item) => typeof item === 'string' && pattern.test(item))
}
