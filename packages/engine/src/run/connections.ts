import type { Connection, ConnectionType } from '@millrace/sdk'
import type { EngineHost } from '../deployment.ts'
import { EngineError, sentenceOf } from '../error.ts'
import type { Compilers } from '../config/compilers.ts'
import type { ConnectionHole } from '../config/resolve.ts'
import { resolveConfig } from '../config/resolve.ts'
import { isEqual } from '../plan/equal.ts'
import type { Plan, PlannedConnection } from '../plan/plan.ts'
import { nodeLog } from './node-context.ts'
import { NodeTimers } from './node-timers.ts'
import type { Runtime } from './runtime.ts'

interface OpenConnection {
  readonly planned: PlannedConnection
  readonly connection: Connection<unknown>
  readonly timers: NodeTimers
}

/** The connections of one deployment: opened once, when a node first needs them, and shared. */
export class Connections {
  private readonly runtime: Runtime
  private readonly host: EngineHost
  private readonly compilers: Compilers
  private readonly open = new Map<string, OpenConnection>()

  constructor(runtime: Runtime, compilers: Compilers) {
    this.runtime = runtime
    this.host = runtime.host
    this.compilers = compilers
  }

  /** Throws when a connection that is asked for does not exist or cannot be configured. */
  check(holes: readonly ConnectionHole[], plan: Plan, node: string): void {
    for (const hole of holes) {
      const planned = plan.connections.get(hole.connection)
      if (planned !== undefined && planned.document.type === hole.type) {
        this.typeOf(planned)
        continue
      }
      const what = planned === undefined ? 'does not exist' : `is no ${hole.type}`
      throw new EngineError(
        'CONNECTION_MISSING',
        `Connection "${hole.connection}" of node "${node}" ${what}.`,
        { node, field: hole.field, connection: hole.connection },
      )
    }
  }

  /** Whether a connection that is open now is configured otherwise, or gone, in the plan. */
  hasChanged(id: string, plan: Plan): boolean {
    const open = this.open.get(id)
    if (open === undefined) return false
    const wanted = plan.connections.get(id)
    return wanted === undefined || !isSame(open.planned, wanted)
  }

  /** Puts the handles of connections where the configuration refers to them. */
  fill(holes: readonly ConnectionHole[], plan: Plan, node: string): void {
    for (const hole of holes) {
      const planned = plan.connections.get(hole.connection)
      if (planned === undefined) continue
      const open = this.open.get(hole.connection) ?? this.openNow(planned, node)
      hole.into[hole.name] = open.connection.handle
    }
  }

  /** Closes what changed in the plan or is used no more; the promises settle when it is done. */
  closeStale(plan: Plan, used: ReadonlySet<string>): Promise<void>[] {
    const stale = [...this.open.keys()].filter((id) => !used.has(id) || this.hasChanged(id, plan))
    return stale.map((id) => this.close(id))
  }

  closeAll(): Promise<void>[] {
    return [...this.open.keys()].map((id) => this.close(id))
  }

  private openNow(planned: PlannedConnection, node: string): OpenConnection {
    const { document, secrets } = planned
    const { id, name } = document
    const type = this.typeOf(planned)
    const { fields } = type.descriptor
    const parts = { compilers: this.compilers, secrets, connection: id }
    const config = resolveConfig(fields, document.config, parts).values
    const { runtime, host } = this
    const log = nodeLog(host, id)
    const owner = {
      runAttributed: (task: () => void): void => {
        try {
          task()
        } catch (error) {
          log.error(`Connection "${name}" failed: ${sentenceOf(error)}`)
        }
      },
    }
    const timers = new NodeTimers(host, runtime.turn, owner)
    const context = { id, name, flow: runtime.flow(), config, clock: host.clock, timers, log }
    try {
      const open = { planned, connection: type.open(context), timers }
      this.open.set(id, open)
      return open
    } catch (error) {
      timers.close()
      const message = `Connection "${name}" could not be opened: ${sentenceOf(error)}`
      throw new EngineError('CONNECTION_FAILED', message, { node, connection: id, cause: error })
    }
  }

  private typeOf({ document }: PlannedConnection): ConnectionType {
    const type = this.host.nodeTypes.get(document.type)
    if (type !== undefined && 'open' in type) return type
    const message = `Connection "${document.id}" is of type "${document.type}", which is not installed.`
    throw new EngineError('NODE_TYPE_UNKNOWN', message, { connection: document.id })
  }

  private async close(id: string): Promise<void> {
    const open = this.open.get(id)
    if (open === undefined) return
    this.open.delete(id)
    try {
      await open.connection.close()
    } catch (error) {
      nodeLog(this.host, id).warn(`Closing failed: ${sentenceOf(error)}`)
    }
    open.timers.close()
  }
}

function isSame(one: PlannedConnection, other: PlannedConnection): boolean {
  const [left, right] = [one.document, other.document]
  return (
    left.type === right.type &&
    isEqual(left.config, right.config) &&
    isEqual(one.secrets, other.secrets)
  )
}
