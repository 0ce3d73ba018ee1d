import type { ConnectionDocument, Flow, FlowPatch, Problem } from '@millrace/flow'
import type { Descriptor } from '@millrace/sdk/descriptor'

/**
 * The HTTP API under `/api`. Every refusal is `ErrorBody` with a 4xx or 5xx status. Bodies are JSON.
 *
 * GET    /api/node-types                      → NodeTypesBody (without help)
 * GET    /api/node-help                       ?type=core/filter → NodeHelpBody
 * GET    /api/flows                           → { flows: FlowSummary[] }
 * POST   /api/flows                           NewFlowBody → SavedFlow (201)
 * GET    /api/flows/:name                     → SavedFlow
 * PUT    /api/flows/:name                     SaveFlowBody → SavedFlow; 409 when `revision` is old
 * PATCH  /api/flows/:name                     PatchFlowBody → PatchResult; 409 likewise
 * DELETE /api/flows/:name                     → 204 (stops it; versions are kept)
 * POST   /api/flows/:name/deploy              DeployBody → DeployResult; 422 with problems
 * POST   /api/flows/:name/stop                → { deployment }
 * DELETE /api/flows/:name/state               → { deployment }; 409 while it runs
 * POST   /api/flows/:name/check               { flow } → { problems }
 * GET    /api/flows/:name/versions            → { versions: Version[] }
 * GET    /api/flows/:name/versions/:number    → { version, flow }
 * POST   /api/flows/:name/nodes/:id/actions/:action  { argument? } → 204
 * GET    /api/flows/:name/nodes/:id/points    ?since=ms → PointsBody (chart history)
 * GET    /api/connections                     → { connections: ConnectionDocument[] }
 * PUT    /api/connections/:id                 ConnectionDocument → ConnectionDocument
 * DELETE /api/connections/:id                 → 204; 409 while a flow uses it
 * POST   /api/connections/:id/test            TestConnectionBody? → { steps: TestStep[] }
 *                                             ?live=true → a line of JSON for each TestStep
 * GET    /api/secrets                         → { secrets: SecretInfo[] } (never values)
 * PUT    /api/secrets                         { owner, field, value } → 204
 * DELETE /api/secrets                         { owner, field } → 204
 * GET    /api/alerts                          → { alerts: Alert[] }
 * POST   /api/alerts/acknowledge              { flow, node, key } → Alert
 * GET    /api/export                          ?flows=a,b → Bundle
 * POST   /api/import                          Bundle → ImportResult
 * GET    /api/flows/:name/grafana-dashboard   ?dataSource=uid → a dashboard as Grafana has it
 * POST   /api/flows/:name/grafana-dashboard   MakeDashboardBody → MadeDashboard; 502 from Grafana
 * GET    /api/status                          → ServerStatus
 * GET    /api/openapi.json                    → OpenAPI 3.1
 */
export interface ErrorBody {
  /** Stable, such as `FLOW_REVISION_OLD`. */
  readonly code: string
  readonly message: string
  /** Where in the body, such as `nodes[3].config.topic`. */
  readonly path?: string
  readonly problems?: readonly Problem[]
}

/** Without the help texts, which are long and asked for one by one. */
export interface NodeTypesBody {
  readonly nodeTypes: readonly Descriptor[]
}

export interface NodeHelpBody {
  /** Markdown; absent where the node type has none. */
  readonly help?: string
}

/** `failed` could not start or stopped by itself; `quarantined` failed too often. */
export type DeploymentState =
  | 'stopped'
  | 'starting'
  | 'running'
  | 'restarting'
  | 'failed'
  | 'quarantined'

export interface DeploymentInfo {
  readonly state: DeploymentState
  /** Number of the deployed version, when there is one. */
  readonly version?: number
  /** Milliseconds since the epoch. */
  readonly since?: number
  /** Why it is not running, in a sentence; names the node where one is to blame. */
  readonly reason?: string
  readonly node?: string
  readonly restarts: number
  /** What the flow keeps on disk, as last heard; absent where nothing is kept. */
  readonly durability?: DurabilityInfo
}

/** What a flow keeps on disk, so that nothing is lost when it ends. */
export interface DurabilityInfo {
  /** Bytes of state. */
  readonly stateBytes: number
  /** Bytes that its sources have taken in, with what is kept for replay. */
  readonly intakeBytes: number
  /** When state was last stored, in milliseconds since the epoch. */
  readonly lastEpochAt?: number
  /** How long that took. */
  readonly lastEpochMs?: number
  /** What is wrong, in a sentence. */
  readonly problem?: string
}

export interface FlowSummary {
  readonly name: string
  readonly title: string
  readonly nodeCount: number
  readonly revision: string
  readonly hasUndeployedChanges: boolean
  readonly deployment: DeploymentInfo
  /** Why its file cannot be read, where that is so; then nothing else of it is known. */
  readonly problem?: string
}

export interface SavedFlow {
  readonly flow: Flow
  /** Changes with every save; hash of the canonical text. */
  readonly revision: string
  readonly problems: readonly Problem[]
  readonly deployment: DeploymentInfo
  /** The flow as deployed, when it differs from `flow`. */
  readonly deployed?: Flow
}

export interface NewFlowBody {
  readonly name?: string
  readonly title: string
}

export interface SaveFlowBody {
  readonly flow: Flow
  /** The revision that was edited; absent overwrites. */
  readonly revision?: string
}

/** What changed in a flow since `revision`; small whatever the size of the flow. */
export interface PatchFlowBody extends FlowPatch {
  readonly revision: string
}

export interface PatchResult {
  readonly revision: string
  readonly problems: readonly Problem[]
}

export interface DeployBody {
  /** Deploys this version again instead of what is saved. */
  readonly version?: number
  readonly note?: string
  /** Saves these changes first: one request instead of two. */
  readonly patch?: PatchFlowBody
}

export interface DeployResult {
  /** Of the saved flow, which may have changed by the patch. */
  readonly revision: string
  /** Also what nodes found outside that does not stand in their way. */
  readonly problems: readonly Problem[]
  readonly deployment: DeploymentInfo
  readonly started: readonly string[]
  readonly restarted: readonly string[]
  readonly removed: readonly string[]
  /** Milliseconds from the request until the new version ran. */
  readonly tookMs: number
}

export interface Version {
  readonly number: number
  /** Milliseconds since the epoch. */
  readonly deployedAt: number
  readonly note?: string
  readonly nodeCount: number
  readonly isRunning: boolean
}

/** Without it, the connection is tested as it is saved. */
export interface TestConnectionBody {
  readonly connection?: ConnectionDocument
  /** By field; these stand in for those that are set. */
  readonly secrets?: Readonly<Record<string, string>>
}

/** A dashboard of a flow, to be made in a Grafana. */
export interface MakeDashboardBody {
  /** Id of a connection of type `grafana/connection`. */
  readonly connection: string
  /** Of this server, as Grafana reaches it, such as `http://millrace:1880`. */
  readonly url: string
  /** UID of a folder in Grafana. */
  readonly folder?: string
}

export interface MadeDashboard {
  /** Of the dashboard, for the browser. */
  readonly url: string
  /** UIDs in Grafana. */
  readonly dashboard: string
  readonly dataSource: string
  /** What is left to do by hand. */
  readonly note?: string
}

export interface SecretInfo {
  /** `connection/<id>` or `flow/<name>/<node id>`. */
  readonly owner: string
  readonly field: string
  /** Milliseconds since the epoch. */
  readonly setAt: number
}

export interface Alert {
  readonly flow: string
  readonly node: string
  readonly key: string
  readonly severity: 'info' | 'warning' | 'critical'
  readonly text: string
  readonly state: 'open' | 'acknowledged' | 'cleared'
  readonly raisedAt: number
  readonly repeatedAt?: number
  readonly clearedAt?: number
  readonly acknowledgedAt?: number
  readonly value?: unknown
}

export interface PointsBody {
  readonly series: readonly {
    readonly name: string
    /** Milliseconds since the epoch, ascending. */
    readonly times: readonly number[]
    readonly values: readonly number[]
  }[]
}

export interface ImportResult {
  readonly flows: readonly { readonly name: string; readonly importedAs: string }[]
  readonly connections: readonly { readonly id: string; readonly outcome: 'added' | 'kept' }[]
  readonly problems: readonly (Problem & { readonly flow: string })[]
  /** Secrets that the imported flows need and nobody has set here. */
  readonly secretsMissing: readonly { readonly owner: string; readonly field: string }[]
}

export interface ServerStatus {
  readonly version: string
  readonly startedAt: number
  readonly engine: {
    readonly state: 'starting' | 'running' | 'restarting'
    readonly restarts: number
  }
  /** Where flows answer HTTP. */
  readonly flowHttpUrl?: string
  /** The embedded broker, when it runs. */
  readonly brokerUrl?: string
  readonly brokerWsUrl?: string
  /** Of the server's process, in percent of one core. */
  readonly cpuPercent: number
  /** Of the server's and the engine's process. */
  readonly memoryBytes: number
  /** What could not be read or loaded as the server started, in sentences. */
  readonly problems?: readonly string[]
}
