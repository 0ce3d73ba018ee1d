import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { firstLife } from '../lives.ts'
import { withStage } from '../stage.ts'

const hourMs = 3_600_000
const steps = [hourMs, -hourMs, 0, 48 * hourMs, -48 * hourMs, 500, -500, 0]

export const clockStepped: Fault = {
  name: 'clock stepped',
  about: 'the clock jumps forwards and back by up to two days, with a kill in between',
  run: ({ isShort }) =>
    withStage({}, async (stage) => {
      const clockFile = join(stage.userDirectory, 'clock')
      await writeFile(clockFile, '0')
      const lives = await firstLife(stage, { clockFile })
      stage.publisher.publish(500)
      const made = isShort ? steps.slice(0, 2) : steps
      for (const [index, offsetMs] of made.entries()) {
        // oxlint-disable-next-line no-await-in-loop -- one step after the other
        await writeFile(clockFile, String(offsetMs))
        // oxlint-disable-next-line no-await-in-loop
        await pause(isShort ? 500 : 3_000)
        // oxlint-disable-next-line no-await-in-loop
        if (index % 2 === 1) await lives.killAndStart()
      }
      return { tried: `${made.length} steps`, verdict: await stage.judge(), problems: [] }
    }),
}
