import { setTimeout as pause } from 'node:timers/promises'
import { serviceMissing } from '@millrace/services'
import type { Engine } from '../engine.ts'
import type { Fault } from '../fault.ts'
import { sessionTimeoutMs, sharedFlow } from '../kafka/kafka-flow.ts'
import { withKafkaStage } from '../kafka/kafka-stage.ts'
import type { KafkaStage } from '../kafka/kafka-stage.ts'
import { judgeKafka } from '../kafka/kafka-verdict.ts'

const whyNot = () => serviceMissing('kafka') ?? serviceMissing('kcat')
const perSecond = 500

/** Whoever comes back within the session time-out goes on as the same member: nothing is shared anew. */
export const kafkaShared: Fault = {
  name: 'kafka shared',
  about: 'two engines in one consumer group come, leave, are killed and come back',
  whyNot,
  run: ({ isShort }) =>
    withKafkaStage(async (stage) => {
      const kills = isShort ? 2 : 10
      const folders = [await stage.folder(), await stage.folder()]
      const engines = [await stage.start(folders[0] ?? '', sharedFlow)]
      stage.publisher.publish(perSecond)
      await stage.publisher.more(perSecond)
      engines.push(await stage.start(folders[1] ?? '', sharedFlow))
      for (let done = 0; done < kills; done += 1) {
        const at = done % 2
        // oxlint-disable no-await-in-loop -- one after the other
        await stage.publisher.more(perSecond)
        await pause(Math.random() * 1_000)
        await engines[at]?.kill()
        engines[at] = await stage.start(folders[at] ?? '', sharedFlow)
        // oxlint-enable no-await-in-loop
      }
      await stage.publisher.more(perSecond)
      await engines[0]?.stop()
      await stage.publisher.more(perSecond)
      engines[0] = await stage.start(folders[0] ?? '', sharedFlow)
      return outcome(stage, engines, `${kills} kills, one leaves and comes back`)
    }),
}

/** Whoever stays away longer loses its partitions, and what it had not told the group is read again. */
export const kafkaTakenOver: Fault = {
  name: 'kafka taken over',
  about:
    'of two engines in one consumer group one is killed or stands still for longer than its session',
  whyNot,
  run: ({ isShort }) =>
    withKafkaStage(async (stage) => {
      const absences = isShort ? 2 : 6
      const folders = [await stage.folder(), await stage.folder()]
      const engines = [
        await stage.start(folders[0] ?? '', sharedFlow),
        await stage.start(folders[1] ?? '', sharedFlow),
      ]
      stage.publisher.publish(perSecond)
      for (let done = 0; done < absences; done += 1) {
        const at = done % 2
        const isKilled = done % 4 < 2 === (at === 0)
        // oxlint-disable no-await-in-loop -- one after the other
        await stage.publisher.more(2 * perSecond)
        if (isKilled) await engines[at]?.kill()
        else engines[at]?.freeze()
        await pause(sessionTimeoutMs + 3_000)
        if (isKilled) engines[at] = await stage.start(folders[at] ?? '', sharedFlow)
        else engines[at]?.thaw()
        // oxlint-enable no-await-in-loop
      }
      await stage.publisher.more(2 * perSecond)
      const found = await outcome(stage, engines, `${absences} absences`)
      // About what is read between two epochs, with room for a slow machine.
      const most = absences * perSecond * 3
      const { repeated } = found.verdict
      const problems = repeated > most ? [`${repeated} came again, more than ${most}`] : []
      return { ...found, problems, mayRepeat: true }
    }),
}

async function outcome(stage: KafkaStage, engines: readonly Engine[], tried: string) {
  const { kafka, publisher } = stage
  await publisher.close()
  const { acknowledged } = publisher
  const verdict = await judgeKafka({ kafka, acknowledged, hasWindows: false })
  await Promise.all(engines.map((engine) => engine.stop()))
  return { tried, verdict, problems: [] }
}
