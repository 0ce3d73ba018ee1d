import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startEngine } from '../engine.ts'
import type { Fault } from '../fault.ts'
import { plantFlow } from '../plant-flow.ts'
import { mountSmallDisk, whyNoSmallDisk } from '../small-disk.ts'
import type { SmallDisk } from '../small-disk.ts'
import { type Stage, withStage } from '../stage.ts'

/** A disk of its own, in memory. */
async function withSmallDisk<Result>(
  task: (folder: string, disk: SmallDisk) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-disk-'))
  const disk = await mountSmallDisk(folder, 96)
  try {
    return await task(folder, disk)
  } finally {
    await disk.unmount()
    await rm(folder, { recursive: true, force: true })
  }
}

async function isRefused(stage: Stage): Promise<boolean> {
  const engine = await startEngine(stage.userDirectory)
  try {
    await engine.deploy(plantFlow, stage.connections)
    return false
  } catch {
    return true
  } finally {
    await engine.kill()
  }
}

export const diskFull: Fault = {
  name: 'disk full',
  whyNot: whyNoSmallDisk,
  about: 'the disk fills up under intake, checkpoints and a deployment, and gets room again',
  run: ({ isShort, say }) =>
    withSmallDisk((userDirectory, disk) =>
      withStage({ userDirectory }, async (stage) => {
        const rounds = isShort ? 1 : 6
        let engine = await startEngine(userDirectory)
        stage.onClose(() => engine.stop())
        await engine.deploy(plantFlow, stage.connections)
        await stage.publisher.ready()
        stage.publisher.publish(300)
        let refused = 0
        for (let round = 0; round < rounds; round += 1) {
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          await pause(1_000 * Math.random())
          // oxlint-disable-next-line no-await-in-loop
          await disk.fill()
          // oxlint-disable-next-line no-await-in-loop
          await pause(isShort ? 1_500 : 4_000)
          // oxlint-disable-next-line no-await-in-loop
          await engine.kill()
          // oxlint-disable-next-line no-await-in-loop
          if (await isRefused(stage)) refused += 1
          // oxlint-disable-next-line no-await-in-loop
          await disk.makeRoom()
          // oxlint-disable-next-line no-await-in-loop
          engine = await startEngine(userDirectory)
          // oxlint-disable-next-line no-await-in-loop
          await engine.deploy(plantFlow, stage.connections)
          // And once more without a kill.
          // oxlint-disable-next-line no-await-in-loop
          await disk.fill()
          // oxlint-disable-next-line no-await-in-loop
          await pause(1_500)
          // oxlint-disable-next-line no-await-in-loop
          await disk.makeRoom()
        }
        say(`${refused} of ${rounds} deployments onto a full disk were refused`)
        const verdict = await stage.judge()
        const problems = (await stage.unreadable()).map((name) => `${name} could not be read`)
        return { tried: `${rounds * 2} times full`, verdict, problems }
      }),
    ),
}
