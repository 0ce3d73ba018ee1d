import { execFile } from 'node:child_process'
import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { startEngine } from '../engine.ts'
import type { Fault } from '../fault.ts'
import { plantFlow } from '../plant-flow.ts'
import { type Stage, withStage } from '../stage.ts'

const run = promisify(execFile)

/** A disk of its own, in memory; mounting it takes root. */
async function withSmallDisk<Result>(task: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-disk-'))
  await run('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', folder])
  try {
    return await task(folder)
  } finally {
    await run('umount', ['-l', folder])
    await rm(folder, { recursive: true, force: true })
  }
}

async function fill(folder: string): Promise<void> {
  for (let bytes = 1_048_576; bytes > 0;) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- until nothing fits any more
      await appendFile(join(folder, 'filler'), Buffer.alloc(bytes))
    } catch {
      bytes = Math.floor(bytes / 4)
    }
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
  whyNot: () =>
    process.getuid?.() === 0 ? undefined : 'a small disk can be mounted by root alone',
  about: 'the disk fills up under intake, checkpoints and a deployment, and gets room again',
  run: ({ isShort, say }) =>
    withSmallDisk((userDirectory) =>
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
          await fill(userDirectory)
          // oxlint-disable-next-line no-await-in-loop
          await pause(isShort ? 1_500 : 4_000)
          // oxlint-disable-next-line no-await-in-loop
          await engine.kill()
          // oxlint-disable-next-line no-await-in-loop
          if (await isRefused(stage)) refused += 1
          // oxlint-disable-next-line no-await-in-loop
          await rm(join(userDirectory, 'filler'))
          // oxlint-disable-next-line no-await-in-loop
          engine = await startEngine(userDirectory)
          // oxlint-disable-next-line no-await-in-loop
          await engine.deploy(plantFlow, stage.connections)
          // And once more without a kill.
          // oxlint-disable-next-line no-await-in-loop
          await fill(userDirectory)
          // oxlint-disable-next-line no-await-in-loop
          await pause(1_500)
          // oxlint-disable-next-line no-await-in-loop
          await rm(join(userDirectory, 'filler'))
        }
        say(`${refused} of ${rounds} deployments onto a full disk were refused`)
        const verdict = await stage.judge()
        const problems = (await stage.unreadable()).map((name) => `${name} could not be read`)
        return { tried: `${rounds * 2} times full`, verdict, problems }
      }),
    ),
}
