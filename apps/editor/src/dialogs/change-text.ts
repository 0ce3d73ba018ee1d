import { configValue, type ErrorPolicy, type FieldChange, type StateLoss } from '@millrace/flow'
import type { Descriptor, Field } from '@millrace/sdk/descriptor'
import { shownDuration } from '../fields/index.ts'

/** What deploying a change does to the node that runs. */
export type Effect =
  | 'starts'
  | 'restarts'
  | 'restarts, keeps its state'
  | 'restarts, loses its state'
  | 'stops'
  | 'stops, loses its state'
  | 'goes on'

export function effectOf(
  fields: readonly FieldChange[],
  { isStateful, loses }: { readonly isStateful: boolean; readonly loses: boolean },
): Effect {
  const disabled = fields.find(({ field }) => field === 'isDisabled')
  if (disabled?.after === true) return loses ? 'stops, loses its state' : 'stops'
  if (disabled !== undefined) return 'starts'
  if (fields.every(({ field }) => field === 'name' || field === 'onError')) return 'goes on'
  if (loses) return 'restarts, loses its state'
  return isStateful ? 'restarts, keeps its state' : 'restarts'
}

/** Why a node loses its state, as the end of a sentence that begins with its name. */
export function lossText(
  { because, fields }: StateLoss,
  descriptor: Descriptor | undefined,
): string {
  switch (because) {
    case 'removed':
      return 'is removed'
    case 'disabled':
      return 'is disabled'
    case 'type':
      return 'becomes a node of another type'
    case 'shape': {
      const labels = fields.map((field) => `“${fieldLabel(field, descriptor)}”`)
      return `begins anew: its state is of no use after a change of ${listed(labels)}`
    }
  }
}

function listed(parts: readonly string[]): string {
  const last = parts.at(-1) ?? ''
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`
}

const ownFields: Readonly<Record<string, string>> = {
  name: 'Name',
  type: 'Type',
  isDisabled: 'Enabled',
  onError: 'A message that fails',
}

export function fieldLabel(field: string, descriptor: Descriptor | undefined): string {
  const own = ownFields[field]
  if (own !== undefined) return own
  const name = field.replace(/^config\./, '')
  return descriptor?.fields[name]?.label ?? name
}

export interface ShownValue {
  readonly short: string
  readonly whole: string
}

/** Both sides of a change as a person reads them; a value that is not there shows its default. */
export function shownChange(
  { field, before, after }: FieldChange,
  descriptor: Descriptor | undefined,
): { readonly before: ShownValue; readonly after: ShownValue } {
  if (field === 'isDisabled') return { before: onOff(before), after: onOff(after) }
  if (field === 'onError') return { before: policyText(before), after: policyText(after) }
  const name = field.replace(/^config\./, '')
  const known = field.startsWith('config.') ? descriptor?.fields[name] : undefined
  const shown = (value: unknown) =>
    shownValue(
      value ?? (known === undefined ? undefined : configValue({ [name]: known }, {}, name)),
      known,
    )
  return { before: shown(before), after: shown(after) }
}

const longest = 64

function shownValue(value: unknown, field: Field | undefined): ShownValue {
  const whole = textOf(value, field)
  const line = whole.replaceAll(/\s+/g, ' ')
  const short = line.length > longest ? `${line.slice(0, longest - 1)}…` : line
  return { short, whole }
}

function textOf(value: unknown, field: Field | undefined): string {
  if (value === undefined || value === '') return 'nothing'
  if (field?.kind === 'duration' && typeof value === 'number') return shownDuration(value, field)
  if (field?.kind === 'choice')
    return field.options.find((option) => option.value === value)?.label ?? JSON.stringify(value)
  if (field?.kind === 'list' && Array.isArray(value)) return listText(value, field.itemLabel)
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function listText(rows: readonly unknown[], itemLabel: string): string {
  const texts = rows.map((row) => {
    if (typeof row !== 'object' || row === null) return String(row)
    const parts = Object.entries(row).filter(([name]) => name !== 'id')
    return parts
      .map(([, value]) => (typeof value === 'string' ? value : JSON.stringify(value)))
      .join(' ')
  })
  return texts.length === 0 ? `no ${itemLabel}` : texts.join(' · ')
}

function onOff(isDisabled: unknown): ShownValue {
  const text = isDisabled === true ? 'no' : 'yes'
  return { short: text, whole: text }
}

const policyWords = {
  port: 'leaves by the error port',
  'dead-letter': 'goes to the dead letters',
  stop: 'stops the flow',
}

/** What is done about a message that fails, as the inspector calls it. */
function policyText(value: unknown): ShownValue {
  // The field `onError` of a node, or nothing.
  const { policy = 'port', retries = 0 } = (value ?? {}) as ErrorPolicy
  const text = `${policyWords[policy]}${retries > 0 ? ` after ${retries} retries` : ''}`
  return { short: text, whole: text }
}
