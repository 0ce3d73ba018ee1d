import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { serviceMissing, startKafka } from '@millrace/services'
import type { Kafka } from '@millrace/services'
import { startEngine } from '../engine.ts'
import type { Engine } from '../engine.ts'
import type { Fault } from '../fault.ts'
import {
  kafkaConnections,
  kafkaFlow,
  partitions,
  raw,
  readings,
  windows,
} from '../kafka/kafka-flow.ts'
import { startKafkaPublisher } from '../kafka/kafka-publisher.ts'
import { judgeKafka } from '../kafka/kafka-verdict.ts'

const limitMs = 600_000

export const kafkaExactlyOnce: Fault = {
  name: 'kafka exactly once',
  about: 'kill −9 of the engine during Kafka → window → Kafka in transactions',
  whyNot: () => serviceMissing('kafka') ?? serviceMissing('kcat'),
  run: async ({ isShort, say }) => {
    const kafka = await startKafka()
    const userDirectory = await mkdtemp(join(tmpdir(), 'millrace-faults-kafka-'))
    try {
      return await killAndJudge(kafka, userDirectory, { kills: isShort ? 4 : 50, say })
    } finally {
      await kafka.stop()
      await rm(userDirectory, { recursive: true, force: true })
    }
  },
}

async function killAndJudge(
  kafka: Kafka,
  userDirectory: string,
  { kills, say }: { readonly kills: number; readonly say: (text: string) => void },
) {
  for (const topic of [readings, raw, windows]) {
    // oxlint-disable-next-line no-await-in-loop -- three topics
    await kafka.createTopic(topic, { partitions })
  }
  const publisher = startKafkaPublisher(kafka.address)
  publisher.publish(500)
  const problems: string[] = []
  const beganMs = performance.now()
  let done = 0
  while (done < kills && performance.now() - beganMs < limitMs) {
    // oxlint-disable-next-line no-await-in-loop -- one life after the other
    problems.push(...(await liveAndDie(kafka, userDirectory)))
    done += 1
    if (done % 10 === 0) say(`${done} kills, ${publisher.acknowledged.size} messages`)
  }
  const engine = await startEngine(userDirectory)
  try {
    await deploy(engine, kafka)
    await publisher.close()
    const verdict = await judgeKafka(kafka, publisher.acknowledged)
    if (done < kills) problems.push(`only ${done} kills fit into ${limitMs / 1_000} s`)
    return { tried: `${done} kills`, verdict, problems }
  } finally {
    await engine.stop()
  }
}

/** Random moments: some of them while it starts and restores, the rest while it runs. */
async function liveAndDie(kafka: Kafka, userDirectory: string): Promise<readonly string[]> {
  const engine = await startEngine(userDirectory)
  const problems: string[] = []
  let isKilled = false
  const deployed = deploy(engine, kafka).catch((error: unknown) => {
    if (!isKilled) problems.push(String(error))
  })
  if (Math.random() < 1 / 4) await pause(Math.random() * 800)
  else {
    await deployed
    await pause(500 + Math.random() * 2_500)
  }
  isKilled = true
  await engine.kill()
  await deployed
  return problems
}

function deploy(engine: Engine, kafka: Kafka): Promise<void> {
  return engine.deploy(kafkaFlow, kafkaConnections(kafka.address))
}
