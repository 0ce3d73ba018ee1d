import type { Hold, HttpService, HttpStream, Log, Message, SourceContext } from '@millrace/sdk'
import type { EngineHost } from '../deployment.ts'
import { overflowOf } from '../durable/overflow.ts'
import type { LogEntry } from '../log.ts'
import type { HoldRecord } from './batch.ts'
import type { NodeRun } from './node-run.ts'

type AnyConfig = Readonly<Record<string, unknown>>

/** What a node is handed. Operators and sinks get the source's part too, and never know. */
export function nodeContext(node: NodeRun, config: AnyConfig): SourceContext {
  const { runtime } = node
  const { host } = runtime
  return {
    id: node.id,
    get name() {
      return node.planned.name
    },
    flow: runtime.flow(),
    config,
    emit: emitsOf(node),
    clock: host.clock,
    timers: node.timers,
    state: node.state,
    log: nodeLog(host, node.id),
    http: nodeHttp(host.http, node),
    status: (status) => node.notes.ownStatus(status),
    report: (report) => host.report(node.id, report),
    isWatched: () => host.isWatched(node.id),
    fail: (error, message) => node.fail(error, message),
    hold: () => runtime.hold(node),
    resume: (hold, run) => runtime.resume(record(hold), run),
    release: (hold, error) => runtime.release(record(hold), error),
    pressure: (isHigh) => runtime.setPressure(node, isHigh),
    holdTime: (time) => node.holdTime(time),
    isDurable: host.epochs !== undefined,
    goesOn: () => runtime.goesOn(node),
    takeRejections: (promisePrototype, told) => {
      host.takeRejections?.(promisePrototype, (reason) => {
        // Of code that went on after its node was closed nobody wants to know any more.
        if (!node.isClosed) node.runAttributed(() => told(reason))
      })
    },
    deliver: (run, settled) => runtime.deliver(node, run, settled),
    watermark: (time) => node.afterOverhang(() => node.origin?.told(time)),
    expect: (like, isExpected) => node.afterOverhang(() => node.origin?.expect(like, isExpected)),
    end: () => runtime.endSource(node),
    isUnattended: host.isUnattended === true,
    intake: intakeOf(node, config),
  }
}

function intakeOf(node: NodeRun, config: AnyConfig): SourceContext['intake'] {
  const { runtime } = node
  const { intakes } = runtime
  if (intakes !== undefined) return intakes.intakeOf(node, overflowOf(config))
  return {
    isDurable: false,
    take: (_record, run, safe) => runtime.deliver(node, run, safe),
    onReplay: () => undefined,
    recall: () => undefined,
  }
}

function emitsOf(node: NodeRun): SourceContext['emit'] {
  const emits: Record<string, (message: Message) => void> = {}
  for (const port of node.ports) {
    if (port === node.errorPort) continue
    emits[port.name] =
      node.origin === undefined
        ? port.emit
        : (message) => node.runtime.emitTimed(node, message, port)
  }
  return emits
}

/** A route that the node forgets to give back ends with it, and so do its streams. */
function nodeHttp(http: HttpService, node: NodeRun): HttpService {
  const streams = new Set<HttpStream>()
  node.whenClosed.push(() => {
    for (const stream of streams) stream.destroy()
  })
  return {
    route: (route, onRequest) => {
      const end = http.route(route, onRequest)
      node.whenClosed.push(end)
      return end
    },
    respond: (requestId, response) => http.respond(requestId, response),
    stream: (requestId, head, events) => {
      const stream = http.stream(requestId, head, {
        ...events,
        onClose: () => {
          if (stream !== undefined) streams.delete(stream)
          events.onClose?.()
        },
      })
      if (stream !== undefined) streams.add(stream)
      return stream
    },
    streamOf: (requestId) => http.streamOf(requestId),
    onAnswered: (requestId, told) => http.onAnswered(requestId, told),
  }
}

function record(hold: Hold): HoldRecord {
  // Holds are opaque to nodes; every one that they have came from `hold`.
  return hold as HoldRecord
}

/** Writes to the host's log on behalf of a node or connection. */
export function nodeLog(host: Pick<EngineHost, 'clock' | 'log'>, node: string): Log {
  const at =
    (level: LogEntry['level']) =>
    (text: string, details?: Readonly<Record<string, unknown>>): void => {
      const time = host.clock.now()
      host.log(
        details === undefined ? { time, level, text, node } : { time, level, text, node, details },
      )
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
