import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Connector } from '../suite/connector.ts'

// So that one read from the disk brings hundreds of lines and not all.
const pad = 'x'.repeat(200)

export const onDisk = {
  server: 'there is none',
  mistakes: 'a path that is not allowed is refused before the flow starts',
  secrets: 'there are none',
} as const

export const files: Connector = {
  system: 'Files',
  against: 'the disk',
  services: [],
  nodes: { source: 'file/tail', sink: 'file/out' },
  leavesOut: onDisk,
  open: async ({ files: folder }) => {
    await mkdir(folder, { recursive: true })
    return {
      source: {
        config: (place) => ({
          path: `${place}-in.jsonl`,
          format: 'ndjson',
          begin: 'start',
          pollMs: 50,
        }),
        write: async (place, numbers) => {
          const lines = numbers.map((n) => `${JSON.stringify({ n, pad })}\n`).join('')
          await appendFile(join(folder, `${place}-in.jsonl`), lines)
          return numbers
        },
        writeRaw: (place, body) =>
          appendFile(join(folder, `${place}-in.jsonl`), Buffer.concat([body, Buffer.from('\n')])),
        // A line that is empty is none, and there is a line break among the bytes.
        cannotCarry: ['empty', 'binary'],
      },
      sink: {
        config: (place) => ({ path: `${place}-out.jsonl` }),
        watch: (place) =>
          Promise.resolve({ numbers: () => numbersIn(join(folder, `${place}-out.jsonl`)) }),
      },
    }
  },
}

async function numbersIn(path: string): Promise<readonly number[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown)
    .flatMap((value) =>
      typeof value === 'object' && value !== null && 'n' in value ? [Number(value.n)] : [],
    )
}
