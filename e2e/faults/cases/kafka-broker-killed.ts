import { setTimeout as pause } from 'node:timers/promises'
import { serviceMissing } from '@millrace/services'
import type { Fault } from '../fault.ts'
import { withKafkaStage } from '../kafka/kafka-stage.ts'
import type { KafkaStage } from '../kafka/kafka-stage.ts'
import { judgeKafka } from '../kafka/kafka-verdict.ts'

export const kafkaBrokerKilled: Fault = {
  name: 'kafka broker killed',
  about: 'kill −9 of Kafka amid transactions, every other time of the engine as well',
  whyNot: () => serviceMissing('kafka') ?? serviceMissing('kcat'),
  run: ({ isShort }) => withKafkaStage((stage) => killAndJudge(stage, isShort ? 2 : 6)),
}

async function killAndJudge(stage: KafkaStage, kills: number) {
  const { kafka, publisher } = stage
  const { acknowledged } = publisher
  const folder = await stage.folder()
  let engine = await stage.start(folder)
  publisher.publish(500)
  for (let done = 0; done < kills; done += 1) {
    // oxlint-disable no-await-in-loop -- one after the other
    await publisher.more(500)
    await pause(Math.random() * 2_000)
    await kafka.kill()
    const isEngineKilled = done % 2 === 1
    if (isEngineKilled) await engine.kill()
    await pause(Math.random() * 2_000)
    const restarting = kafka.restart()
    if (isEngineKilled) engine = await stage.start(folder)
    await restarting
    // oxlint-enable no-await-in-loop
  }
  await publisher.more(1_000)
  await publisher.close()
  const verdict = await judgeKafka({ kafka, acknowledged, withinMs: 120_000 })
  await engine.stop()
  return { tried: `${kills} kills of the broker`, verdict, problems: [] }
}
