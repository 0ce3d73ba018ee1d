import { NodeError } from '@millrace/sdk'
import type { Labels } from '../exposition/sample.ts'

export interface Target {
  readonly url: URL
  /** What every sample of it gets: job, instance, and what the person set. */
  readonly labels: Labels
}

export function targetOf(
  row: { readonly url: string; readonly labels: string },
  job: string,
): Target {
  const url = new URL(row.url)
  if (url.pathname === '/' && !row.url.endsWith('/')) url.pathname = '/metrics'
  return { url, labels: { job, instance: url.host, ...readLabels(row.labels) } }
}

/** `site=hall 3, line=a` */
export function readLabels(text: string): Labels {
  const pairs = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part): [string, string] => {
      const [, name, value = ''] = /^([a-zA-Z_]\w*)\s*=\s*(.*)$/.exec(part) ?? []
      if (name !== undefined) return [name, value.replace(/^"(.*)"$/, '$1')]
      throw new NodeError('PROMETHEUS_BAD_LABELS', `"${part}" is no label: write name=value, …`)
    })
  return Object.fromEntries(pairs)
}

/** The labels of a target go on top of those that it shows itself, which are kept as `exported_…`. */
export function withTargetLabels(shown: Labels, target: Labels, honorLabels: boolean): Labels {
  if (honorLabels) return { ...target, ...shown }
  const pairs = Object.entries(shown).map(([name, value]): [string, string] => [
    Object.hasOwn(target, name) ? exportedName(name, shown) : name,
    value,
  ])
  return { ...Object.fromEntries(pairs), ...target }
}

function exportedName(name: string, taken: Labels): string {
  const exported = `exported_${name}`
  return Object.hasOwn(taken, exported) ? exportedName(exported, taken) : exported
}
