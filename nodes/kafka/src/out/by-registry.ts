import {
  fixedText,
  schemaGate,
  SubjectEncoders,
  TroubleBoard,
  voices,
  writingObstacles,
} from '@millrace/schemas'
import type { WritingConfig } from '@millrace/schemas'
import { NodeError } from '@millrace/sdk'
import type { CheckContext, Message, NodeContext, Obstacle, Sink } from '@millrace/sdk'
import { asItIs, checkTopic, contentOf, isNothing, valueBytes } from './addressed-record.ts'
import type { RecordBytes } from './addressed-record.ts'
import type { kafkaOutDescriptor } from './descriptor.ts'

type Context = NodeContext<typeof kafkaOutDescriptor>
type Config = Context['config']

/** Values or keys: by which schemas they are written, and of which subject those of a topic are. */
interface Part {
  readonly name: keyof RecordBytes
  readonly prefix: '' | 'key'
  readonly writing: WritingConfig
  readonly subjectOf: (topic: string) => string
  /** Where it is the same for all messages. */
  readonly subject: string | undefined
}

type OpenSink = (context: Context, bytesOf: RecordBytes) => Sink

/** Opens the sink with what makes the bytes of its records, asking the registry where that is set. */
export function byRegistry(context: Context, open: OpenSink): Sink {
  const { config } = context
  const usual: RecordBytes = { value: valueBytes(config), key: asItIs }
  const parts = partsOf(config)
  if (parts.length === 0) return open(context, usual)
  const board = new TroubleBoard(context)
  const opened = parts.map((part) => ({
    ...part,
    encoders: new SubjectEncoders(context, part.writing, part.subject, { board, part: part.name }),
  }))
  const own = opened.map(({ name, encoders, subjectOf }) => [
    name,
    (value: unknown, topic: string) => encoders.encode(value, subjectOf(topic)),
  ])
  const voice = voices(context.pressure)
  const content = contentOf(config)
  const needed = opened.map((part) => ({ ...part, contentOf: content[part.name] }))
  const gate = {
    nameOf: (message: Message) => {
      const topic = config.topic(message)
      // Nothing is asked of the registry for a topic that there cannot be.
      checkTopic(topic)
      return topic
    },
    problem: (topic: string, message: Message) => problemOf(needed, topic, message),
    press: voice(),
  }
  const bytesOf: RecordBytes = { ...usual, ...Object.fromEntries(own) }
  return schemaGate(context, gate, open({ ...context, pressure: voice() }, bytesOf))
}

interface Needed {
  readonly encoders: Pick<SubjectEncoders, 'problem'>
  readonly subjectOf: (topic: string) => string
  readonly contentOf: (message: Message) => unknown
}

/** Why the message cannot be written yet, or at all: asks only for what the message has. */
export function problemOf(parts: readonly Needed[], topic: string, message: Message) {
  let later: Promise<void> | undefined
  for (const { encoders, subjectOf, contentOf: of } of parts) {
    if (isNothing(of(message))) continue
    const problem = encoders.problem(subjectOf(topic))
    if (problem instanceof NodeError) return problem
    later ??= problem
  }
  return later
}

/** Whether the schemas can be written by, before the flow is deployed. */
export async function checkSchemas({
  config,
}: CheckContext<typeof kafkaOutDescriptor>): Promise<readonly Obstacle[]> {
  const found = partsOf(config).map(({ writing, subject, prefix }) =>
    writingObstacles(writing, subject, prefix),
  )
  return (await Promise.all(found)).flat()
}

/** As TopicNameStrategy has it, unless the node names the subject. */
function partsOf(config: Config): readonly Part[] {
  const parts: Part[] = []
  const { registry, subject, keySubject } = config
  if (config.format === 'registry') {
    const { schemaFrom, schemaType, schema, registersSchema } = config
    const writing = { registry, schemaFrom, schemaType, schema, registersSchema }
    parts.push({ name: 'value', prefix: '', writing, ...subjectsOf(config, subject, 'value') })
  }
  if (config.keyFormat === 'registry') {
    const writing = {
      registry,
      schemaFrom: config.keySchemaFrom,
      schemaType: config.keySchemaType,
      schema: config.keySchema,
      registersSchema: config.keyRegistersSchema,
    }
    parts.push({ name: 'key', prefix: 'key', writing, ...subjectsOf(config, keySubject, 'key') })
  }
  return parts
}

function subjectsOf(config: Config, given: string, suffix: string) {
  if (given !== '') return { subjectOf: () => given, subject: given }
  const subjectOf = (topic: string) => `${topic}-${suffix}`
  const topic = fixedText(config.topic)
  return { subjectOf, subject: topic === undefined ? undefined : subjectOf(topic) }
}
