import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LoadPlan, LoadResult } from './mqtt-load.ts'

export interface MqttLoad {
  /** Port of the broker that the system under test is to use. */
  readonly port: number
  run(plan: LoadPlan): Promise<LoadResult>
  close(): void
}

/** Starts the generator as the broker itself, or as clients of the broker at `brokerPort`. */
export async function startMqttLoad(brokerPort?: number): Promise<MqttLoad> {
  const child = fork(fileURLToPath(new URL('mqtt-load.ts', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ask = <Answer>(order: object): Promise<Answer> =>
    new Promise((resolve, reject) => {
      child.once('exit', () => reject(new Error('the load generator ended')))
      child.once('message', (answer) => {
        child.removeAllListeners('exit')
        // The generator is ours; each order has the one kind of answer.
        resolve(answer as Answer)
      })
      child.send(order)
    })
  const port = brokerPort ?? (await ask<{ readonly port: number }>({ do: 'listen' })).port
  if (brokerPort !== undefined) await ask({ do: 'connect', port: brokerPort })
  return {
    port,
    run: (plan) => ask<LoadResult>({ do: 'run', plan }),
    close: () => void child.kill('SIGKILL'),
  }
}

/** The value below which the given share of the sorted numbers lies; NaN when there are none. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
