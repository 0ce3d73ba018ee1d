export { checkNodes } from './check-nodes.ts'
export type { CheckHost, NodesCheck } from './check-nodes.ts'
export type {
  Deployment,
  DeploymentSpec,
  DurabilityNumbers,
  EngineHost,
  GaugeMemory,
  IntakeNumbers,
  NodeGauges,
  PortCounter,
  Snapshot,
  UpdateReport,
} from './deployment.ts'
export { replayAction } from './dead-letters.ts'
export type { DeadLetter, DeadLetters, LetterReplay } from './dead-letters.ts'
export type {
  EpochChanges,
  EpochStore,
  HeldMessage,
  IngestLog,
  IngestRecord,
  StateChange,
  StateKey,
  StoredEpoch,
} from './durability.ts'
export { EngineError, engineErrorCodes } from './error.ts'
export type { EngineErrorCode, EngineErrorPlace } from './error.ts'
export type { LogEntry } from './log.ts'
export { openDeployment } from './open-deployment.ts'
export { testConnection } from './test-connection.ts'
export type { ConnectionTest } from './test-connection.ts'
