export type {
  Deployment,
  DeploymentSpec,
  EngineHost,
  GaugeMemory,
  NodeGauges,
  PortCounter,
  Snapshot,
  UpdateReport,
} from './deployment.ts'
export type { LogEntry } from './log.ts'
