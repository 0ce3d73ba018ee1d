import type { ServerStatus } from '@millrace/protocol'
import type { Clock } from '@millrace/sdk'
import type { Supervisor } from './supervisor/supervisor.ts'

/** Addresses of the embedded broker, when it runs. */
export interface BrokerAddresses {
  readonly brokerUrl?: string
  readonly brokerWsUrl?: string
}

export interface StatusSources {
  readonly version: string
  readonly clock: Clock
  readonly supervisor: Supervisor
  readonly problems: readonly string[]
  readonly broker: () => BrokerAddresses
}

const sampleMs = 1_000

/** Makes the function that tells how the server is; the load is that since about a second ago. */
export function statusReader(sources: StatusSources): () => ServerStatus {
  const { clock, supervisor, version, problems } = sources
  const startedAt = clock.now()
  let sampled = { atMs: clock.monotonic(), cpu: process.cpuUsage(), percent: 0 }
  return () => {
    const passedMs = clock.monotonic() - sampled.atMs
    if (passedMs >= sampleMs) {
      const cpu = process.cpuUsage()
      const usedMs = (cpu.user + cpu.system - sampled.cpu.user - sampled.cpu.system) / 1_000
      const percent = Math.round((usedMs / passedMs) * 1_000) / 10
      sampled = { atMs: clock.monotonic(), cpu, percent }
    }
    const flowHttpUrl = supervisor.flowHttpUrl()
    return {
      version,
      startedAt,
      engine: supervisor.engine(),
      ...(flowHttpUrl !== undefined && { flowHttpUrl }),
      ...sources.broker(),
      cpuPercent: sampled.percent,
      memoryBytes: process.memoryUsage.rss() + supervisor.engineMemoryBytes(),
      ...(problems.length > 0 && { problems }),
    }
  }
}
