/** Everything that the engine itself refuses or reports, with what it means. */
export const engineErrorCodes = {
  NODE_TYPE_UNKNOWN: 'The flow has a node of a type that is not installed.',
  NODE_ID_TWICE: 'Two nodes have the same id.',
  WIRE_TO_NOWHERE: 'A wire begins or ends at a port that does not exist.',
  FLOW_CYCLE: 'Nodes are wired in a circle.',
  CONFIG_MISSING: 'A required field is empty.',
  CONFIG_WRONG: 'A field cannot be compiled or has the wrong shape.',
  CONNECTION_MISSING: 'A node refers to a connection that does not exist or is of another type.',
  CONNECTION_FAILED: 'A connection could not be opened.',
  NODE_START_FAILED: 'A node could not be created or started.',
  NODE_UNKNOWN: 'There is no such running node.',
  NODE_CLOSED: 'The node was closed before it had dealt with a message.',
  PORT_UNKNOWN: 'There is no such output port.',
  ACTION_UNKNOWN: 'The node has no such action.',
  MESSAGE_TOO_DEEP: 'A message is nested too deeply to be copied.',
  EVENT_TIME_MISSING: 'The event time of a message could not be read.',
  EVENT_TIME_AHEAD: 'The event time of a message lies too far in the future.',
  EVENT_TIME_BEHIND: 'The event time of a message lies too far in the past.',
  HOLD_RELEASED_TWICE: 'A node released the same hold twice.',
  STATE_UNREADABLE: 'The stored state of the flow cannot be read.',
  EPOCH_REFUSED: 'A node was not ready for its state to be stored.',
  DEPLOYMENT_STATE: 'The deployment is not in a state in which this can be done.',
} as const

export type EngineErrorCode = keyof typeof engineErrorCodes

export interface EngineErrorPlace {
  /** Id of the node. */
  readonly node?: string | undefined
  /** Path of the field, such as `condition` or `cases[2].when`. */
  readonly field?: string | undefined
  /** Id of the connection. */
  readonly connection?: string | undefined
  readonly cause?: unknown
}

export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: EngineErrorCode
  readonly node: string | undefined
  readonly field: string | undefined
  readonly connection: string | undefined

  constructor(code: EngineErrorCode, message: string, place: EngineErrorPlace = {}) {
    super(message, place.cause === undefined ? undefined : { cause: place.cause })
    this.code = code
    this.node = place.node
    this.field = place.field
    this.connection = place.connection
  }
}

/** The sentence of anything that was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
