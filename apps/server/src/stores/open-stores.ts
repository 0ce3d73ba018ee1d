import type { Clock } from '@millrace/sdk'
import type { PointHistory } from '../observe/point-history.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { ChartHistory } from './chart-history.ts'
import { Stores } from './stores.ts'

export interface OpenStoresOptions {
  readonly folder: string
  readonly clock: Clock
  readonly supervisor: Supervisor
  readonly history: PointHistory
  /** What the person calls the node. */
  readonly nameOf: (flow: string, node: string) => string
  readonly onError: (error: unknown) => void
}

/** Opens the stores, and keeps in one of them what charts draw from now on. */
export function openStores({
  folder,
  clock,
  supervisor,
  history,
  nameOf,
  onError,
}: OpenStoresOptions) {
  const stores = new Stores(folder)
  const { reader } = stores
  const charts = new ChartHistory({ folder, reader, clock, history, nameOf, onError })
  stores.charts = charts
  supervisor.on('points', (_flow, batch) => {
    history.add(batch)
    charts.take(batch)
  })
  const restoring = charts.restore().catch(onError)
  return {
    stores,
    close: async () => {
      await restoring
      await charts.close()
      await stores.close()
    },
  }
}
