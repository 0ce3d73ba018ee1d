import { describeWith } from '@millrace/services/vitest'
import { expect, test } from 'vitest'
import { databaseDown } from './cases/database-down.ts'
import { diskFull } from './cases/disk-full.ts'
import { engineKilled } from './cases/engine-killed.ts'
import { serverKilled } from './cases/server-killed.ts'
import { tornWrites } from './cases/torn-writes.ts'
import { workerKilled } from './cases/worker-killed.ts'
import { lossesOf } from './fault.ts'

/** The short form of most; `npm run faults` does all of them for longer. */
const faults = [engineKilled, workerKilled, serverKilled, databaseDown, diskFull, tornWrites]

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
