import { EngineError } from '../error.ts'
import type { NodeRun } from './node-run.ts'
import type { See } from './output-port.ts'

interface Tap {
  readonly node: string
  readonly port: string
  readonly see: See
  end: () => void
}

/** Who looks at which ports, also after the node was restarted. */
export class Taps {
  private readonly all = new Set<Tap>()

  /** Throws where the node has no such port; gives what ends it. */
  open(run: NodeRun, port: string, see: See): () => void {
    const tap: Tap = { node: run.id, port, see, end: () => undefined }
    if (!attach(tap, run)) {
      const message = `Node "${run.id}" has no output "${port}".`
      throw new EngineError('PORT_UNKNOWN', message, { node: run.id })
    }
    this.all.add(tap)
    return () => {
      this.all.delete(tap)
      tap.end()
    }
  }

  /** These nodes are new. */
  attachTo(created: readonly NodeRun[]): void {
    for (const tap of this.all) {
      const run = created.find(({ id }) => id === tap.node)
      if (run !== undefined) attach(tap, run)
    }
  }
}

function attach(tap: Tap, run: NodeRun): boolean {
  const port = run.ports.find(({ name }) => name === tap.port)
  if (port === undefined) return false
  tap.end = port.tap(tap.see)
  return true
}
