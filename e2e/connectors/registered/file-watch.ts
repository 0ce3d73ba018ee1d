import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Connector } from '../suite/connector.ts'
import { onDisk } from './file.ts'

const pollMs = 50
/** That one look finds, so that a slow flow is felt before all are told of. */
const filesAtOnce = 250

export const fileWatch: Connector = {
  system: 'Files',
  against: 'the disk',
  services: [],
  nodes: { source: 'file/watch' },
  leavesOut: { ...onDisk, 'raw payloads': 'it tells of files, and reads none' },
  open: ({ files: folder }) =>
    Promise.resolve({
      source: {
        config: (place) => ({ folder: place, stableMs: 0, pollMs }),
        prepare: (place) => mkdir(join(folder, place), { recursive: true }),
        write: async (place, numbers) => {
          for (let from = 0; from < numbers.length; from += filesAtOnce) {
            const portion = numbers.slice(from, from + filesAtOnce)
            // oxlint-disable-next-line no-await-in-loop -- one portion after the other
            await Promise.all(portion.map((n) => writeFile(join(folder, place, String(n)), 'x')))
            // oxlint-disable-next-line no-await-in-loop
            await pause(pollMs * 2)
          }
          return numbers
        },
        // A file, as the node tells of it.
        numberIn: (payload) => Number((payload as { readonly name: string }).name),
        numberExpression: 'number(payload.name)',
      },
    }),
}
