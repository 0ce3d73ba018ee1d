import { describeWith } from '@millrace/services/vitest'
import { expect, test } from 'vitest'
import { faults } from './cases/index.ts'
import { lossesOf } from './fault.ts'

/** The short form; `npm run faults` does all of it for longer. */
describeWith(
  ['mosquitto', 'influxd'],
  'nothing acknowledged is lost, and nothing counted twice',
  () => {
    for (const { name, whyNot, run } of faults) {
      const reason = whyNot?.()
      const title = reason === undefined ? name : `${name} [${reason}]`
      // oxlint-disable-next-line vitest/valid-title -- one of ours
      test.skipIf(reason !== undefined)(title, { timeout: 120_000 }, async () => {
        const outcome = await run({ isShort: true, say: () => undefined })
        expect(outcome.verdict.acknowledged).toBeGreaterThan(0)
        expect(outcome.verdict.windows).toBeGreaterThan(0)
        expect(lossesOf(outcome)).toEqual([])
      })
    }
  },
)
