import { readFile } from 'node:fs/promises'
import {
  connectorsTable,
  installedTypes,
  leftOutTable,
  registeredConnectors,
} from './connectors-table.ts'

/** The page of the docs that holds the table. */
export const page = new URL('../../../nodes/README.md', import.meta.url)

/** The page as it is, and as it should be. */
export async function connectorsPage(): Promise<{ readonly is: string; readonly wanted: string }> {
  const is = await readFile(page, 'utf8')
  const connectors = await registeredConnectors()
  const types = await installedTypes()
  const withTable = between(is, 'connectors', connectorsTable(connectors, types))
  return { is, wanted: between(withTable, 'left out', leftOutTable(connectors, types)) }
}

/** The page with another text between two comments. */
function between(text: string, name: string, inner: string): string {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`]
  const [before = '', rest = ''] = text.split(begin)
  const [, after = ''] = rest.split(end)
  return `${before}${begin}\n\n${inner}\n\n${end}${after}`
}
