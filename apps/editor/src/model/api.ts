import type { Bundle, ConnectionDocument, Flow, Problem } from '@millrace/flow'
import type {
  Alert,
  DeployBody,
  DeploymentInfo,
  DeployResult,
  FlowSummary,
  ImportResult,
  MadeDashboard,
  MakeDashboardBody,
  NewFlowBody,
  PatchFlowBody,
  PointsBody,
  SavedFlow,
  SaveFlowBody,
  SecretInfo,
  ServerStatus,
  Version,
} from '@millrace/protocol'
import type { TestStep } from '@millrace/sdk'
import type { Descriptor } from '@millrace/sdk/descriptor'

/** What the editor asks of the server; one method for each request. Refusals reject with `ApiError`. */
export interface EditorApi {
  /** Without their help. */
  nodeTypes(): Promise<readonly Descriptor[]>
  /** Markdown; undefined where there is none. */
  nodeHelp(type: string): Promise<string | undefined>
  flows(): Promise<readonly FlowSummary[]>
  createFlow(body: NewFlowBody): Promise<SavedFlow>
  flow(name: string): Promise<SavedFlow>
  saveFlow(name: string, body: SaveFlowBody): Promise<SavedFlow>
  patchFlow(name: string, body: PatchFlowBody): Promise<PatchAnswer>
  /** With its values over time, unless they are kept. */
  deleteFlow(name: string, options?: { readonly isStoreKept: boolean }): Promise<void>
  /** Names of the flows that keep values over time. */
  stores(): Promise<readonly string[]>
  deploy(name: string, body: DeployBody): Promise<DeployResult>
  stop(name: string): Promise<DeploymentInfo>
  /** Refused while the flow runs. */
  resetState(name: string): Promise<DeploymentInfo>
  versions(name: string): Promise<readonly Version[]>
  version(name: string, number: number): Promise<Flow>
  nodeAction(flow: string, node: string, action: string, argument?: unknown): Promise<void>
  points(flow: string, node: string, sinceMs: number): Promise<PointsBody>
  connections(): Promise<readonly ConnectionDocument[]>
  saveConnection(connection: ConnectionDocument): Promise<ConnectionDocument>
  deleteConnection(id: string): Promise<void>
  /** Settles when the test is over; `onStep` is told of each step as it ends. */
  testConnection(id: string, onStep: (step: TestStep) => void): Promise<void>
  secrets(): Promise<readonly SecretInfo[]>
  setSecret(owner: string, field: string, value: string): Promise<void>
  deleteSecret(owner: string, field: string): Promise<void>
  alerts(): Promise<readonly Alert[]>
  acknowledgeAlert(alert: Pick<Alert, 'flow' | 'node' | 'key'>): Promise<Alert>
  exportFlows(names: readonly string[]): Promise<Bundle>
  importBundle(bundle: Bundle): Promise<ImportResult>
  /** As Grafana reads it. */
  dashboard(flow: string): Promise<object>
  makeDashboard(flow: string, body: MakeDashboardBody): Promise<MadeDashboard>
  status(): Promise<ServerStatus>
}

export interface PatchAnswer {
  readonly revision: string
  readonly problems: readonly Problem[]
}

/** A refusal of the server, or no answer at all (`status` 0). */
export class ApiError extends Error {
  readonly status: number
  /** Stable, such as `FLOW_REVISION_OLD`; `OFFLINE` when there was no answer. */
  readonly code: string
  readonly path: string | undefined
  readonly problems: readonly Problem[]

  constructor(refusal: {
    readonly status: number
    readonly code: string
    readonly message: string
    readonly path?: string | undefined
    readonly problems?: readonly Problem[] | undefined
    readonly cause?: unknown
  }) {
    super(refusal.message, { cause: refusal.cause })
    this.name = 'ApiError'
    this.status = refusal.status
    this.code = refusal.code
    this.path = refusal.path
    this.problems = refusal.problems ?? []
  }
}
