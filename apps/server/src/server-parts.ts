import type { DescriptorsByType } from '@millrace/flow'
import type { ServerStatus } from '@millrace/protocol'
import type { Clock } from '@millrace/sdk'
import type { Deployments } from './deploy/deployments.ts'
import type { SavedFlows } from './flows/saved-flows.ts'
import type { AlertBook } from './observe/alert-book.ts'
import type { PointHistory } from './observe/point-history.ts'
import type { Stores } from './stores/stores.ts'
import type { UserDirectory } from './storage/user-directory.ts'
import type { Supervisor } from './supervisor/supervisor.ts'
import type { TrialGround } from './trial/test-flow.ts'

/** What the API and the live channel work on. */
export interface Server {
  readonly version: string
  readonly clock: Clock
  readonly nodeTypes: DescriptorsByType
  readonly directory: UserDirectory
  readonly saved: SavedFlows
  readonly deployments: Deployments
  readonly supervisor: Supervisor
  readonly alerts: AlertBook
  readonly points: PointHistory
  /** What flows keep over time. */
  readonly stores: Stores
  /** What flows are tried out with, apart from those that run. */
  readonly trials: TrialGround
  status(): ServerStatus
  /** Connections changed; open editors load them again. */
  tellConnections(): void
}
