import { isRecord } from './findings.ts'
import type { Findings } from './findings.ts'
import { memberPath } from './unsafe-json.ts'

/** Raises a document by one version of the format. Index 0 raises version 1 to 2. */
export type FlowMigration = (document: Readonly<Record<string, unknown>>) => unknown

/** One function for each step between versions of the format; there is one version yet. */
const migrations: readonly FlowMigration[] = []

/**
 * Brings a flow document of an older format up to the present one. Null, with a problem, where it
 * is none or comes from a newer Millrace.
 */
export function migrateFlow(
  value: unknown,
  path: string,
  findings: Findings,
  steps: readonly FlowMigration[] = migrations,
): unknown {
  const newest = steps.length + 1
  const record = findings.record(value, path)
  if (!record) return null
  const version = record['millrace']
  const place = memberPath(path, 'millrace')
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    findings.add('FLOW_FORMAT', place, `must be ${newest}, the version of the flow format`)
    return null
  }
  if (version > newest) {
    findings.add(
      'FLOW_NEWER',
      place,
      `is ${version}, from a newer Millrace; this one reads up to ${newest}`,
    )
    return null
  }
  return steps.slice(version - 1).reduce<unknown>(raise, record)
}

function raise(document: unknown, step: FlowMigration): unknown {
  return isRecord(document) ? step(document) : document
}
