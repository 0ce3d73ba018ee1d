import { formatSettings, isFormat, openEncoder } from '@millrace/formats'
import type { Encode } from '@millrace/formats'
import { schemaGate, SubjectEncoders, voices, writingObstacles } from '@millrace/schemas'
import { NodeError, sink } from '@millrace/sdk'
import type { Message, NodeContext, Sink, Status } from '@millrace/sdk'
import { asBroker } from '../link/as-broker.ts'
import type { Broker } from '../link/broker.ts'
import { statusBoard } from '../link/status-board.ts'
import type { StatusBoard } from '../link/status-board.ts'
import type { Qos } from '../wire/packet-type.ts'
import type { Publication } from '../wire/publish-encoder.ts'
import { topicProblem } from '../wire/topic-filter.ts'
import { mqttOutDescriptor } from './descriptor.ts'
import { payloadToSend } from './payload-text.ts'

type Context = NodeContext<typeof mqttOutDescriptor>

export const mqttOut = sink(
  mqttOutDescriptor,
  (context) => {
    const board = statusBoard((status) => context.status(status))
    if (context.config.format !== 'registry') {
      return publishing(context, { board, encode: encoderOf(context.config) })
    }
    return byRegistry(context, board)
  },
  async ({ config }) => {
    return config.format === 'registry' ? writingObstacles(config, config.subject) : []
  },
)

/** By a schema of a registry, which may have to be asked for first. */
function byRegistry(context: Context, board: StatusBoard): Sink {
  const { subject } = context.config
  const troubles = (status: Status) => board.own(status.state === 'error' ? status : undefined)
  const encoders = new SubjectEncoders({ ...context, status: troubles }, context.config, subject)
  const voice = voices(context.pressure)
  const inner = publishing(
    { ...context, pressure: voice() },
    {
      board,
      // Nothing stays nothing, which deletes what the broker keeps.
      encode: (value) => (isNothing(value) ? '' : encoders.encode(value, subject)),
    },
  )
  const gate = {
    nameOf: () => subject,
    problem: (_name: string, message: Message) => {
      const problem = encoders.problem(subject)
      // Mostly there is none, and the message is looked at once.
      return problem !== undefined && needsSchema(context.config, message) ? problem : undefined
    },
    press: voice(),
  }
  return schemaGate(context, gate, inner)
}

/** Throws where the message could not be published by any schema. */
function needsSchema(config: Context['config'], message: Message): boolean {
  check(topicOf(config, message))
  return !isNothing(payloadOf(config, message))
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined
}

interface Publishing {
  readonly board: StatusBoard
  readonly encode: Encode
}

function publishing(context: Context, { board, encode }: Publishing): Sink {
  const broker = asBroker(context.config.broker)
  const publicationOf = publicationMaker(context, encode)
  const forgetStatus = broker.onStatus((status) => board.broker(status))
  const forgetPressure = broker.onPressure((isHigh) => context.pressure(isHigh))
  return {
    onMessage: (message) => {
      const publication = publicationOf(message)
      if (publication.qos === 0 && broker.publishNow(publication)) return
      publishLater(context, broker, { publication, message })
    },
    close: () => {
      forgetStatus()
      forgetPressure()
    },
  }
}

/** Holds the message until the broker has it. */
function publishLater(
  context: Context,
  broker: Broker,
  { publication, message }: { publication: Publication; message: Message },
): void {
  const hold = context.hold()
  try {
    broker.publish(publication, (error) => {
      if (error !== undefined) context.resume(hold, () => context.fail(error, message))
      context.release(hold, error)
    })
  } catch (error) {
    context.release(hold, error)
    throw error
  }
}

function publicationMaker({ config }: Context, encode: Encode): (message: Message) => Publication {
  const { retain } = config
  // One of the three options.
  const qos = Number(config.qos) as Qos
  const checked = new Set<string>()
  return (message) => {
    const topic = topicOf(config, message)
    if (!checked.has(topic)) {
      check(topic)
      if (checked.size >= checkedMax) checked.clear()
      checked.add(topic)
    }
    return { topic, payload: encode(payloadOf(config, message)), qos, retain }
  }
}

function topicOf({ topic: given }: Context['config'], message: Message): string {
  const topic = given === undefined ? message.topic : given(message)
  if (typeof topic !== 'string') throw new NodeError('MQTT_NO_TOPIC', noTopic)
  return topic
}

function payloadOf({ payload }: Context['config'], message: Message): unknown {
  return payload === undefined ? message.payload : payload(message)
}

function encoderOf(config: Context['config']): Encode {
  const { format } = config
  return isFormat(format) ? openEncoder(formatSettings(config, { format })) : payloadToSend
}

const noTopic = 'The message has no topic. Give one in the node, or set it on the message.'
const checkedMax = 10_000

function check(topic: string): void {
  const problem = topicProblem(topic)
  if (problem !== undefined) throw new NodeError('MQTT_BAD_TOPIC', problem)
}
