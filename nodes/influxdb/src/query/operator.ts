import { NodeError, operator } from '@millrace/sdk'
import type { Hold, Message, NodeContext } from '@millrace/sdk'
import type { InfluxServer } from '../server/influx-server.ts'
import { influxdbQueryDescriptor } from './descriptor.ts'
import { questionOf } from './question.ts'
import type { Language, Parameter, Parameters } from './question.ts'
import { readRows } from './read-rows.ts'
import type { Rows } from './read-rows.ts'

type Context = NodeContext<typeof influxdbQueryDescriptor>

/** With so many queries waiting the flow is slowed. */
const pressureFrom = 16

export const influxdbQuery = operator(influxdbQueryDescriptor, (context) => {
  const line = new QueryLine(context, asServer(context.config.server))
  const { everyMs } = context.config
  if (everyMs > 0) {
    context.timers.every(everyMs, () => {
      // A database that is slower than that is not asked twice at a time.
      if (line.isIdle) ask(context, line)
    })
  }
  return {
    onMessage: (message) => line.add(message),
    close: () => line.close(),
  }
})

/** Without a message; where a parameter needs one, that is an error and no end of the flow. */
function ask({ clock, hold, resume, release, fail }: Context, line: QueryLine): void {
  const message: Message = { payload: undefined, time: clock.now() }
  try {
    line.add(message)
  } catch (error) {
    const held = hold()
    resume(held, () => fail(error, message))
    release(held)
  }
}

interface Waiting {
  readonly message: Message
  readonly hold: Hold
  readonly parameters: Parameters
}

/** Asks for one message after the other. */
class QueryLine {
  readonly #context: Context
  readonly #server: InfluxServer
  readonly #waiting: Waiting[] = []
  #isAsking = false
  #isClosed = false
  #isFailing = false

  constructor(context: Context, server: InfluxServer) {
    this.#context = context
    this.#server = server
  }

  get isIdle(): boolean {
    return !this.#isAsking && this.#waiting.length === 0
  }

  /** Throws where the message gives parameters that are none. */
  add(message: Message): void {
    const parameters = parametersOf(this.#context, message)
    this.#waiting.push({ message, hold: this.#context.hold(), parameters })
    if (this.#waiting.length === pressureFrom) this.#context.pressure(true)
    if (!this.#isAsking) void this.#advance()
  }

  close(): void {
    this.#isClosed = true
    for (const { hold } of this.#waiting.splice(0)) this.#context.release(hold, closed)
  }

  /** Never rejects. */
  async #advance(): Promise<void> {
    this.#isAsking = true
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        const rows = await this.#ask(next.parameters)
        if (this.#isClosed) break
        this.#take()
        this.#pass(next, rows)
      } catch (error) {
        if (this.#isClosed) break
        this.#take()
        this.#refuse(next, error)
      }
    }
    this.#isAsking = false
  }

  #take(): void {
    this.#waiting.shift()
    if (this.#waiting.length === pressureFrom - 1) this.#context.pressure(false)
  }

  async #ask(parameters: Parameters): Promise<Rows> {
    const { query: text, bytesMax, rowsMax } = this.#context.config
    // The options of the field are these words.
    const language = this.#context.config.language as Language
    const question = questionOf(this.#server, { language, text, parameters, bytesMax })
    return readRows(await this.#server.ask(question), { language, rowsMax })
  }

  #pass({ hold, message }: Waiting, { rows, isMore }: Rows): void {
    const { config, emit, resume, release } = this.#context
    this.#tell(undefined)
    const about = { ...message, isTruncated: isMore }
    resume(hold, () => {
      if (config.output === 'list') emit.out({ ...about, payload: rows })
      else {
        for (const row of rows) {
          const time = timeOf(row['time'] ?? row['_time'])
          emit.out({ ...about, payload: row, ...(time === undefined ? {} : { time }) })
        }
      }
    })
    release(hold)
  }

  #refuse({ hold, message }: Waiting, error: unknown): void {
    const { resume, fail, release } = this.#context
    this.#tell(error)
    resume(hold, () => fail(error, message))
    release(hold)
  }

  #tell(error: unknown): void {
    const isFailing = error !== undefined
    if (!isFailing && !this.#isFailing) return
    this.#isFailing = isFailing
    const text = error instanceof Error ? error.message : `Answers from ${this.#server.host}`
    this.#context.status({ state: isFailing ? 'error' : 'ok', text: text.slice(0, 200) })
  }
}

const closed = new NodeError(
  'INFLUXDB_CLOSED',
  'The node was closed before the query was answered.',
)

function parametersOf({ config }: Context, message: Message): Parameters {
  const entries = config.parameters.map(({ name, value }) => {
    return [name, parameterOf(value(message), name)] as const
  })
  return Object.fromEntries(entries)
}

function parameterOf(value: unknown, name: string): Parameter {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value === 'bigint') return Number(value)
  const what = value === null || value === undefined ? 'nothing' : typeof value
  throw new NodeError(
    'INFLUXDB_BAD_PARAMETER',
    `The parameter "${name}" is ${what}; it has to be text, a number, true or false.`,
  )
}

/** Milliseconds, or the text of versions 2 and 3, which is UTC also where it does not say so. */
function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return undefined
  const time = Date.parse(/(?:Z|[+-]\d\d:\d\d)$/.test(value) ? value : `${value}Z`)
  return Number.isNaN(time) ? undefined : time
}

/** The handle of an `influxdb/connection`, which is what the descriptor lets the field refer to. */
function asServer(handle: unknown): InfluxServer {
  if (typeof handle === 'object' && handle !== null && 'ask' in handle)
    return handle as InfluxServer
  throw new NodeError('INFLUXDB_NO_SERVER', 'Choose an InfluxDB server.')
}
