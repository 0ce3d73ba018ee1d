import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { firstLife } from '../lives.ts'
import { withStage } from '../stage.ts'

export const databaseDown: Fault = {
  name: 'database down',
  about: 'InfluxDB is away for 30 s, and the engine is killed meanwhile',
  run: ({ isShort }) =>
    withStage({}, async (stage) => {
      const awayMs = isShort ? 1_500 : 30_000
      const lives = await firstLife(stage)
      stage.publisher.publish(500)
      await pause(500)
      await stage.influxd.kill()
      await pause(awayMs / 2)
      await lives.killAndStart()
      await pause(awayMs / 2)
      await stage.influxd.restart()
      return { tried: `${awayMs / 1_000} s`, verdict: await stage.judge(), problems: [] }
    }),
}
