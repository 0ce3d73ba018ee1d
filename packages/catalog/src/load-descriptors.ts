import { readFile } from 'node:fs/promises'
import type { Descriptor } from '@millrace/sdk/descriptor'
import type { PackageProblem } from './catalog.ts'
import { checkDescriptor } from './check-descriptor.ts'
import type { NodePackage } from './find-packages.ts'
import { isRecord } from './is-record.ts'

export interface LoadedDescriptors {
  readonly nodePackage: NodePackage
  readonly descriptors: readonly Descriptor[]
  readonly problems: readonly PackageProblem[]
}

/** Loads what a package says of its node types; what is broken is reported and left out. */
export async function loadDescriptors(nodePackage: NodePackage): Promise<LoadedDescriptors> {
  const problems: PackageProblem[] = []
  const report = (message: string) => problems.push({ package: nodePackage.name, message })
  const values = await importDescriptors(nodePackage).catch((error: unknown) => {
    report(`Its descriptors cannot be loaded: ${String(error)}`)
    return []
  })
  const good = values.filter((value) => {
    const wrong = checkDescriptor(value)
    if (wrong !== null) report(wrong)
    return wrong === null
  })
  // Checked just now, member by member.
  const descriptors = good as readonly Descriptor[]
  const withHelp = descriptors.map(async (descriptor) => attachHelp(descriptor, nodePackage))
  return { nodePackage, descriptors: await Promise.all(withHelp), problems }
}

async function importDescriptors(nodePackage: NodePackage): Promise<readonly unknown[]> {
  const module: unknown = await import(nodePackage.descriptorsModule)
  const list = isRecord(module) ? module['descriptors'] : undefined
  if (Array.isArray(list)) return list
  throw new Error('the module exports no list called "descriptors"')
}

/** Help lies beside the descriptors in the folder of its node type: `filter/help.md`. */
async function attachHelp(descriptor: Descriptor, nodePackage: NodePackage): Promise<Descriptor> {
  if (descriptor.help !== undefined) return descriptor
  const folder = descriptor.type.slice(descriptor.type.lastIndexOf('/') + 1)
  try {
    const url = new URL(`./${folder}/help.md`, nodePackage.descriptorsModule)
    return { ...descriptor, help: await readFile(url, 'utf8') }
  } catch {
    return descriptor
  }
}
