import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Connector } from '../suite/connector.ts'

export const files: Connector = {
  system: 'Files',
  against: 'the disk',
  services: [],
  nodes: { sink: 'file/out' },
  open: ({ files: folder }) =>
    Promise.resolve({
      sink: {
        config: (place) => ({ path: `${place}-out.jsonl` }),
        watch: (place) =>
          Promise.resolve({ numbers: () => numbersIn(join(folder, `${place}-out.jsonl`)) }),
      },
    }),
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
