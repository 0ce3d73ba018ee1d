import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startKafka } from '@millrace/services'
import type { Kafka } from '@millrace/services'
import type { Flow } from '@millrace/flow'
import { startEngine } from '../engine.ts'
import type { Engine } from '../engine.ts'
import { kafkaConnections, kafkaFlow, partitions, raw, readings, windows } from './kafka-flow.ts'
import { startKafkaPublisher } from './kafka-publisher.ts'
import type { KafkaPublisher } from './kafka-publisher.ts'

/** A Kafka with the topics of the flow, and somebody who writes readings. */
export interface KafkaStage {
  readonly kafka: Kafka
  readonly publisher: KafkaPublisher
  /** An empty user directory. */
  folder(): Promise<string>
  /** Deploys the flow; settles when it runs. */
  deploy(engine: Engine, flow?: Flow): Promise<void>
  /** A life of an engine on the folder. */
  start(folder: string, flow?: Flow): Promise<Engine>
}

export async function withKafkaStage<Result>(
  run: (stage: KafkaStage) => Promise<Result>,
): Promise<Result> {
  const kafka = await startKafka()
  const folders: string[] = []
  const engines: Engine[] = []
  const deploy = (engine: Engine, flow: Flow = kafkaFlow): Promise<void> =>
    engine.deploy(flow, kafkaConnections(kafka.address))
  try {
    for (const topic of [readings, raw, windows]) {
      // oxlint-disable-next-line no-await-in-loop -- three topics
      await kafka.createTopic(topic, { partitions })
    }
    return await run({
      kafka,
      publisher: startKafkaPublisher(kafka.address),
      deploy,
      folder: async () => {
        const folder = await mkdtemp(join(tmpdir(), 'millrace-faults-kafka-'))
        folders.push(folder)
        return folder
      },
      start: async (folder, flow) => {
        const engine = await startEngine(folder)
        engines.push(engine)
        await deploy(engine, flow)
        return engine
      },
    })
  } finally {
    await Promise.all(engines.map((engine) => engine.kill()))
    await kafka.stop()
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })))
  }
}
