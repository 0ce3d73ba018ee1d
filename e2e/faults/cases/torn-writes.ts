import { appendFile, readdir } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { startEngine } from '../engine.ts'
import { flowName, plantFlow, rawFile } from '../plant-flow.ts'
import { withStage } from '../stage.ts'

/** What the beginning of a record looks like. */
const recordMark = Buffer.from([0x4d, 0x52, 0x4c, 0xa7])

/** Leaves behind what a power cut in the midst of a write does: the beginning of it. */
async function tear(userDirectory: string): Promise<void> {
  const intake = join(userDirectory, 'intake', flowName, 'in')
  const newest = (await readdir(intake)).toSorted().at(-1) ?? ''
  const part = randomBytes(Math.floor(Math.random() * 400))
  const record = Math.random() < 0.5 ? part : Buffer.concat([recordMark, part])
  await appendFile(join(intake, newest), record)
  const wal = join(userDirectory, 'state', `${flowName}.sqlite-wal`)
  await appendFile(wal, randomBytes(Math.floor(Math.random() * 9_000)))
  await appendFile(join(userDirectory, 'files', rawFile), '{"n":1,"dev')
}

export const tornWrites: Fault = {
  name: 'torn writes',
  about: 'kill −9 in the midst of the last write to the ingest log, the state and a file',
  run: ({ isShort }) =>
    withStage({}, async (stage) => {
      const rounds = isShort ? 2 : 30
      let engine = await startEngine(stage.userDirectory)
      stage.onClose(() => engine.stop())
      await engine.deploy(plantFlow, stage.connections)
      await stage.publisher.ready()
      stage.publisher.publish(500)
      for (let round = 0; round < rounds; round += 1) {
        // oxlint-disable-next-line no-await-in-loop -- one life after the other
        await pause(300 + Math.random() * 1_200)
        // oxlint-disable-next-line no-await-in-loop
        await engine.kill()
        // oxlint-disable-next-line no-await-in-loop
        await tear(stage.userDirectory)
        // oxlint-disable-next-line no-await-in-loop
        engine = await startEngine(stage.userDirectory)
        // oxlint-disable-next-line no-await-in-loop
        await engine.deploy(plantFlow, stage.connections)
      }
      const verdict = await stage.judge()
      const problems = (await stage.unreadable()).map((name) => `${name} could not be read`)
      return { tried: `${rounds} torn writes in each`, verdict, problems }
    }),
}
