import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { startEngine } from '../engine.ts'
import type { Fault } from '../fault.ts'
import { flowName, plantFlow } from '../plant-flow.ts'
import { type Stage, withStage } from '../stage.ts'

const limitMs = 600_000

export const engineKilled: Fault = {
  name: 'engine killed',
  about: 'kill −9 of the engine process at random moments, while it starts, replays and runs',
  run: ({ isShort, say }) =>
    withStage({}, async (stage) => {
      const kills = isShort ? 4 : 200
      const beganMs = performance.now()
      const problems = [...(await firstLife(stage))]
      stage.publisher.publish(isShort ? 1_000 : 300)
      let done = 0
      while (done < kills && performance.now() - beganMs < limitMs) {
        // oxlint-disable-next-line no-await-in-loop -- one life after the other
        problems.push(...(await liveAndDie(stage)))
        done += 1
        if (done % 20 === 0) say(`${done} kills, ${stage.publisher.acknowledged.size} messages`)
      }
      const engine = await startEngine(stage.userDirectory)
      stage.onClose(() => engine.stop())
      await engine.deploy(plantFlow, stage.connections)
      const verdict = await stage.judge()
      for (const name of await stage.unreadable()) problems.push(`${name} could not be read`)
      if (done < kills) problems.push(`only ${done} kills fit into ${limitMs / 1_000} s`)
      return { tried: `${done} kills`, verdict, problems }
    }),
}

/** The broker keeps messages for the flow from when it first subscribed. */
async function firstLife(stage: Stage): Promise<readonly string[]> {
  const engine = await startEngine(stage.userDirectory)
  await engine.deploy(plantFlow, stage.connections)
  await stage.publisher.ready()
  await engine.kill()
  return checkState(stage.userDirectory)
}

/** Random moments: a third of them while it starts and restores, the rest while it runs. */
async function liveAndDie(stage: Stage): Promise<readonly string[]> {
  const engine = await startEngine(stage.userDirectory)
  const problems: string[] = []
  let isKilled = false
  const deployed = engine.deploy(plantFlow, stage.connections).catch((error: unknown) => {
    if (!isKilled) problems.push(String(error))
  })
  if (Math.random() < 1 / 3) await pause(Math.random() * 600)
  else {
    await deployed
    await pause(Math.random() * 1_200)
  }
  isKilled = true
  await engine.kill()
  await deployed
  return [...problems, ...(await checkState(stage.userDirectory))]
}

/** Whether what it left can be read, by looking at a copy: what it left stays as it is. */
async function checkState(userDirectory: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-copy-'))
  const path = join(folder, 'copy.sqlite')
  try {
    for (const suffix of ['', '-wal']) {
      const from = join(userDirectory, 'state', `${flowName}.sqlite${suffix}`)
      // oxlint-disable-next-line no-await-in-loop -- two files
      await copyFile(from, path + suffix).catch(() => undefined)
    }
    const database = new DatabaseSync(path)
    const verdict = database.prepare('PRAGMA quick_check').get()?.['quick_check']
    database.close()
    return verdict === 'ok' ? [] : [`a checkpoint is damaged: ${String(verdict)}`]
  } catch (error) {
    return [`a checkpoint cannot be read: ${String(error)}`]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
