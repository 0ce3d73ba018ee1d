import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Connector } from '../suite/connector.ts'
import { onDisk } from './file.ts'

/** Each message is looked up in the file of its last digit. */
export const fileRead: Connector = {
  system: 'Files',
  against: 'the disk',
  services: [],
  nodes: { operator: 'file/read' },
  leavesOut: onDisk,
  open: async ({ files: folder }) => {
    await mkdir(join(folder, 'digits'), { recursive: true })
    const digits = [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    await Promise.all(
      digits.map((digit) => writeFile(join(folder, `digits/${digit}.json`), `{"digit":${digit}}`)),
    )
    return {
      operator: {
        config: () => ({
          path: 'digits/{{ payload.n % 10 }}.json',
          format: 'json',
          to: 'payload.found',
        }),
        numberIn: (payload) => {
          // What came in, with what was found for it.
          const { n, found } = payload as { readonly n: number; readonly found: object }
          return 'digit' in found && found.digit === n % 10 && n >= 0 ? n : undefined
        },
        refuses: ['empty', 'binary', 'malformed'],
      },
    }
  },
}
