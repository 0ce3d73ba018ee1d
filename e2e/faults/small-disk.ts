import { execFile } from 'node:child_process'
import { appendFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Why there can be none on this machine. */
export function whyNoSmallDisk(): string | undefined {
  return process.getuid?.() === 0 ? undefined : 'a small disk can be mounted by root alone'
}

export interface SmallDisk {
  /** Until nothing fits any more. */
  fill(): Promise<void>
  /** Takes away what it was filled with. */
  makeRoom(): Promise<void>
  unmount(): Promise<void>
}

/** Mounts a disk in memory in the place of a folder. */
export async function mountSmallDisk(folder: string, sizeMb: number): Promise<SmallDisk> {
  await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'tmpfs', folder])
  const filler = join(folder, 'filler')
  return {
    fill: () => fill(filler),
    makeRoom: () => rm(filler),
    unmount: async () => void (await run('umount', ['-l', folder])),
  }
}

async function fill(filler: string): Promise<void> {
  for (let bytes = 1_048_576; bytes > 0;) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- until nothing fits any more
      await appendFile(filler, Buffer.alloc(bytes))
    } catch {
      bytes = Math.floor(bytes / 4)
    }
  }
}
