import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { firstLife } from '../lives.ts'
import { withStage } from '../stage.ts'

export const brokerRestarted: Fault = {
  name: 'broker restarted',
  about: 'the broker ends and comes back, with the sessions that it keeps on disk',
  run: ({ isShort }) =>
    withStage({ isBrokerRestarted: true }, async (stage) => {
      const restarts = isShort ? 1 : 10
      await firstLife(stage)
      stage.publisher.publish(500)
      for (let done = 0; done < restarts; done += 1) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await pause(500 + Math.random() * 1_500)
        // oxlint-disable-next-line no-await-in-loop
        await stage.mosquitto.restart()
      }
      const verdict = await stage.judge()
      // The publisher sends again what it got no answer for; to the broker these are new messages.
      return { tried: `${restarts} restarts`, verdict, problems: [], mayRepeat: true }
    }),
}
