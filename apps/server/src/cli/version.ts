import { readFileSync } from 'node:fs'
import { isRecord } from '@millrace/flow'

/** The version in a package.json. */
export function readVersion(manifest: string): string {
  const value: unknown = JSON.parse(readFileSync(new URL(manifest), 'utf8'))
  const version = isRecord(value) ? value['version'] : undefined
  return typeof version === 'string' ? version : '0.0.0'
}
