import type { ReplayInfo, ReplayResult } from '@millrace/protocol'
import type { ConnectionDocument, DescriptorsByType, Flow } from '@millrace/flow'
import type { ReplayRequest } from './run-replay.ts'
import type { TrialGround } from './test-flow.ts'
import { runInProcess } from './trial-process.ts'

export interface ReplayBookParts extends TrialGround {
  readonly nodeTypes: DescriptorsByType
}

interface Entry {
  readonly flow: string
  readonly abort: AbortController
  info: ReplayInfo
}

const keptMax = 5
const heapMb = 1_024
/** A replay that tells nothing for so long hangs in code of the flow. */
const silentMs = 30_000

/** Replays: one runs at a time, in a process of its own, and the last ones are kept to be read. */
export class ReplayBook {
  readonly #parts: ReplayBookParts
  readonly #entries = new Map<number, Entry>()
  #last = 0

  constructor(parts: ReplayBookParts) {
    this.#parts = parts
  }

  get isBusy(): boolean {
    return [...this.#entries.values()].some(({ info }) => info.state === 'running')
  }

  start(flow: string, request: ReplayRequest): ReplayInfo {
    this.#last += 1
    const number = this.#last
    const entry: Entry = {
      flow,
      abort: new AbortController(),
      info: { number, state: 'running', progress: 0 },
    }
    this.#entries.set(number, entry)
    for (const old of this.#entries.keys()) {
      if (this.#entries.size > keptMax) this.#entries.delete(old)
    }
    void this.#run(entry, request)
    return entry.info
  }

  get(flow: string, number: number): ReplayInfo | undefined {
    const entry = this.#entries.get(number)
    return entry?.flow === flow ? entry.info : undefined
  }

  /** False where there is no such replay. */
  cancel(flow: string, number: number): boolean {
    const entry = this.#entries.get(number)
    if (entry?.flow !== flow) return false
    entry.abort.abort()
    return true
  }

  close(): void {
    for (const { abort } of this.#entries.values()) abort.abort()
  }

  async #run(entry: Entry, request: ReplayRequest): Promise<void> {
    const { nodePackages, environment, nodeTypes } = this.#parts
    const descriptors = descriptorsFor(request, nodeTypes)
    const subject = { flow: request.edited, descriptors, nodePackages }
    let result: ReplayResult | undefined
    const end = await runInProcess(
      { kind: 'replay', subject, request },
      { environment, heapMb, silentMs, signal: entry.abort.signal },
      (event) => {
        if (event.kind === 'progress') entry.info = { ...entry.info, progress: event.done }
        if (event.kind === 'replayed') ({ result } = event)
      },
    )
    const { number, progress } = entry.info
    if (result !== undefined) entry.info = { number, state: 'done', progress: 1, result }
    else if (end.kind === 'aborted') entry.info = { number, state: 'cancelled', progress }
    else entry.info = { number, state: 'failed', progress, reason: reasonOf(end) }
  }
}

function reasonOf(end: { readonly kind: string; readonly message?: string }): string {
  if (end.message !== undefined) return end.message
  return `The flow did not give back control for ${silentMs / 1_000} s.`
}

function descriptorsFor(
  { deployed, edited, connections }: ReplayRequest,
  nodeTypes: DescriptorsByType,
) {
  const flows: readonly Flow[] = deployed ? [deployed, edited] : [edited]
  const placed = flows.flatMap(({ nodes }) => nodes.map(({ type }) => type))
  const types = new Set([...placed, ...typesOf(connections)])
  return [...types].flatMap((type) => {
    const descriptor = nodeTypes.get(type)
    if (descriptor === undefined) return []
    const { help: _help, ...rest } = descriptor
    return [rest]
  })
}

function typesOf(connections: readonly ConnectionDocument[]): readonly string[] {
  return connections.map(({ type }) => type)
}
