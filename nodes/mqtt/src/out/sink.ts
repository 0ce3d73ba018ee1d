import { formatSettings, isFormat, openEncoder } from '@millrace/formats'
import type { Encode } from '@millrace/formats'
import { NodeError, sink } from '@millrace/sdk'
import type { Message, NodeContext } from '@millrace/sdk'
import { asBroker } from '../link/as-broker.ts'
import type { Broker } from '../link/broker.ts'
import type { Qos } from '../wire/packet-type.ts'
import type { Publication } from '../wire/publish-encoder.ts'
import { topicProblem } from '../wire/topic-filter.ts'
import { mqttOutDescriptor } from './descriptor.ts'
import { payloadToSend } from './payload-text.ts'

type Context = NodeContext<typeof mqttOutDescriptor>

export const mqttOut = sink(mqttOutDescriptor, (context) => {
  const broker = asBroker(context.config.broker)
  const publicationOf = publicationMaker(context)
  const forgetStatus = broker.onStatus((status) => context.status(status))
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
})

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

function publicationMaker({ config }: Context): (message: Message) => Publication {
  const { topic: topicOf, payload: payloadOf, retain } = config
  // One of the three options.
  const qos = Number(config.qos) as Qos
  const encode = encoderOf(config)
  const checked = new Set<string>()
  return (message) => {
    const topic = topicOf === undefined ? message.topic : topicOf(message)
    if (typeof topic !== 'string') throw new NodeError('MQTT_NO_TOPIC', noTopic)
    if (!checked.has(topic)) check(topic, checked)
    const payload = encode(payloadOf === undefined ? message.payload : payloadOf(message))
    return { topic, payload, qos, retain }
  }
}

function encoderOf(config: Context['config']): Encode {
  const { format } = config
  return isFormat(format) ? openEncoder(formatSettings(config, { format })) : payloadToSend
}

const noTopic = 'The message has no topic. Give one in the node, or set it on the message.'
const checkedMax = 10_000

function check(topic: string, checked: Set<string>): void {
  const problem = topicProblem(topic)
  if (problem !== undefined) throw new NodeError('MQTT_BAD_TOPIC', problem)
  if (checked.size >= checkedMax) checked.clear()
  checked.add(topic)
}
