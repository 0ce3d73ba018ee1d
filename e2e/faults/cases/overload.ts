import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { firstLife } from '../lives.ts'
import { withStage } from '../stage.ts'

export const overload: Fault = {
  name: 'overload',
  about: 'ten times as many messages as usual for 60 s, with a kill in the midst',
  run: ({ isShort, say }) =>
    withStage({}, async (stage) => {
      const overloadMs = isShort ? 2_000 : 60_000
      const lives = await firstLife(stage)
      stage.publisher.publish(500)
      await pause(1_000)
      await stage.publisher.rest()
      stage.publisher.publish(5_000)
      await pause(overloadMs / 2)
      await lives.killAndStart()
      await pause(overloadMs / 2)
      await stage.publisher.rest()
      say(`${stage.publisher.acknowledged.size} messages in all`)
      return { tried: `${overloadMs / 1_000} s`, verdict: await stage.judge(), problems: [] }
    }),
}
