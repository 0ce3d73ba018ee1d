import { readFile } from 'node:fs/promises'
import { openCatalog } from '@millrace/catalog'
import { flowGuarantee, hasErrors, parseBundleText, validateFlow } from '@millrace/flow'
import type { Bundle, DescriptorsByType, Problem } from '@millrace/flow'
import { withConnectionsBeside } from './connections-beside.ts'
import type { Surroundings } from './surroundings.ts'

/**
 * Says what is wrong with flows or bundles, and what they promise of delivery; 1 where something
 * keeps one from running.
 */
export async function check(files: readonly string[], surroundings: Surroundings): Promise<number> {
  const catalog = await openCatalog({ manifest: surroundings.manifest })
  const found = await Promise.all(files.map(async (file) => checkFile(file, catalog.descriptors)))
  for (const { file, problems, promises } of found) {
    for (const { of, problem } of problems) surroundings.print(line(file, of, problem))
    if (problems.length === 0) surroundings.print(`${file}: nothing wrong`)
    for (const promise of promises) surroundings.print(`${file}: ${promise}`)
  }
  const all = found.flatMap(({ problems }) => problems.map(({ problem }) => problem))
  return hasErrors(all) ? 1 : 0
}

interface FileProblems {
  readonly file: string
  readonly problems: readonly { readonly of: string; readonly problem: Problem }[]
  /** What each flow promises of delivery, in a sentence. */
  readonly promises: readonly string[]
}

async function checkFile(file: string, nodeTypes: DescriptorsByType): Promise<FileProblems> {
  const { bundle, problems } = await readBundle(file)
  if (!bundle) {
    return { file, problems: problems.map((problem) => ({ of: '', problem })), promises: [] }
  }
  const connections = new Map(bundle.connections.map((document) => [document.id, document]))
  const found = bundle.flows.flatMap((flow) =>
    validateFlow(flow, { nodeTypes, connections }).map((problem) => ({ of: flow.name, problem })),
  )
  const promises = bundle.flows.flatMap((flow) => {
    const judged = flowGuarantee(flow, { nodeTypes, connections })
    return judged === null ? [] : [`${flow.name}: delivers: ${judged.sentence}`]
  })
  return { file, problems: found, promises }
}

export async function readBundle(
  file: string,
): Promise<
  { bundle: Bundle; problems?: undefined } | { bundle?: undefined; problems: readonly Problem[] }
> {
  try {
    const read = parseBundleText(await readFile(file, 'utf8'))
    return read.bundle ? { bundle: await withConnectionsBeside(file, read.bundle) } : read
  } catch (error) {
    return {
      problems: [{ severity: 'error', code: 'FILE_UNREADABLE', message: unreadable(error) }],
    }
  }
}

/** What the system says of a file, in words. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file',
  EISDIR: 'This is a folder; name a file in it',
  EACCES: 'It may not be read by this user',
}

function unreadable(error: unknown): string {
  // Errors of the system have a code; others have none.
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? ''
  return reasons[code] ?? (error instanceof Error ? error.message : String(error))
}

/** Such as `flow.json: demo, node "filter", field condition: error: …`. */
export function line(file: string, flow: string, problem: Problem): string {
  const { severity, code, message, node, connection, field, span } = problem
  const place = [
    flow,
    node === undefined ? '' : `node "${node}"`,
    connection === undefined ? '' : `connection "${connection}"`,
    field === undefined ? '' : `field ${field}${span ? `, column ${span.start + 1}` : ''}`,
  ].filter((part) => part !== '')
  return `${file}: ${place.length > 0 ? `${place.join(', ')}: ` : ''}${severity}: ${message} (${code})`
}
