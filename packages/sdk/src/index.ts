export type {
  AlertReport,
  Clock,
  ConnectionContext,
  Emit,
  Emits,
  Hold,
  HttpRequest,
  HttpResponse,
  HttpRoute,
  HttpService,
  HttpStream,
  HttpStreamEvents,
  Intake,
  KeyedState,
  Log,
  NodeContext,
  OperatingError,
  Report,
  SourceContext,
  State,
  Status,
  Timer,
  Timers,
} from './context.ts'
export { NodeError, toOperatingError } from './error.ts'
export type { Expression, Message, Path, Template } from './message.ts'
export { connection, note, operator, sink, source } from './node-type.ts'
export type {
  Behaviour,
  Connection,
  ConnectionType,
  NodeType,
  NoteType,
  Operator,
  OperatorType,
  Sink,
  SinkType,
  Source,
  SourceType,
  TestStep,
} from './node-type.ts'
export { steadyTime } from './steady-time.ts'
