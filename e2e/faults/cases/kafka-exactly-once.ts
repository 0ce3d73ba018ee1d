import { setTimeout as pause } from 'node:timers/promises'
import { serviceMissing } from '@millrace/services'
import { startEngine } from '../engine.ts'
import type { Fault } from '../fault.ts'
import { withKafkaStage } from '../kafka/kafka-stage.ts'
import type { KafkaStage } from '../kafka/kafka-stage.ts'
import { judgeKafka } from '../kafka/kafka-verdict.ts'

const limitMs = 600_000

export const kafkaExactlyOnce: Fault = {
  name: 'kafka exactly once',
  about: 'kill −9 of the engine during Kafka → window → Kafka in transactions',
  whyNot: () => serviceMissing('kafka') ?? serviceMissing('kcat'),
  run: ({ isShort, say }) =>
    withKafkaStage((stage) => killAndJudge(stage, { kills: isShort ? 4 : 50, say })),
}

async function killAndJudge(
  stage: KafkaStage,
  { kills, say }: { readonly kills: number; readonly say: (text: string) => void },
) {
  const { kafka, publisher } = stage
  const { acknowledged } = publisher
  const folder = await stage.folder()
  publisher.publish(500)
  const problems: string[] = []
  const beganMs = performance.now()
  let done = 0
  while (done < kills && performance.now() - beganMs < limitMs) {
    // oxlint-disable-next-line no-await-in-loop -- one life after the other
    problems.push(...(await liveAndDie(stage, folder)))
    done += 1
    if (done % 10 === 0) say(`${done} kills, ${acknowledged.size} messages`)
  }
  const engine = await stage.start(folder)
  await publisher.close()
  const verdict = await judgeKafka({ kafka, acknowledged })
  if (done < kills) problems.push(`only ${done} kills fit into ${limitMs / 1_000} s`)
  await engine.stop()
  return { tried: `${done} kills`, verdict, problems }
}

/** Random moments: some of them while it starts and restores, the rest while it runs. */
async function liveAndDie(stage: KafkaStage, folder: string): Promise<readonly string[]> {
  const engine = await startEngine(folder)
  const problems: string[] = []
  let isKilled = false
  const deployed = stage.deploy(engine).catch((error: unknown) => {
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
