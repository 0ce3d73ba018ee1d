import { readFile } from 'node:fs/promises'
import { connectorsTable, installedTypes, registeredConnectors } from './connectors-table.ts'

/** The page of the docs that holds the table. */
export const page = new URL('../../../nodes/README.md', import.meta.url)

const [begin, end] = ['<!-- connectors: begin -->', '<!-- connectors: end -->']

/** The page as it is, and as it should be. */
export async function connectorsPage(): Promise<{ readonly is: string; readonly wanted: string }> {
  const is = await readFile(page, 'utf8')
  const table = connectorsTable(await registeredConnectors(), await installedTypes())
  const [before = '', rest = ''] = is.split(begin)
  const [, after = ''] = rest.split(end)
  return { is, wanted: `${before}${begin}\n\n${table}\n\n${end}${after}` }
}
