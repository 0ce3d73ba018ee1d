import { useState } from 'react'
import type { DurationField } from '@millrace/sdk/descriptor'
import { readDuration, shownDuration } from './duration-text.ts'
import { useFieldSurroundings } from './field-context.ts'
import styles from './fields.module.css'
import type { WidgetProps } from './widget-props.ts'

/** Takes "10 s" or "1.5 min"; arrow keys step through round durations. */
export function DurationInput(props: WidgetProps<DurationField>) {
  const { id, field, value, onChange, describedBy, problem } = props
  const { settle } = useFieldSurroundings()
  const [typed, setTyped] = useState<string>()
  const known = typeof value === 'number' ? value : undefined
  const take = (text: string) => {
    setTyped(text)
    if (text.trim() === '') onChange(undefined)
    else onChange(readDuration(text, field) ?? text)
  }
  return (
    <input
      id={id}
      className={styles['input']}
      autoComplete="off"
      spellCheck={false}
      value={typed ?? (known === undefined ? textOf(value) : shownDuration(known, field))}
      placeholder={field.default === undefined ? '10 s' : shownDuration(field.default, field)}
      aria-required={field.required}
      aria-describedby={describedBy}
      aria-invalid={problem !== undefined || undefined}
      onChange={(event) => take(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
        event.preventDefault()
        setTyped(undefined)
        onChange(stepped(known ?? 0, event.key === 'ArrowUp' ? 1 : -1, field))
      }}
      onBlur={() => {
        setTyped(undefined)
        settle()
      }}
    />
  )
}

const steps = [
  0, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  900_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000,
]

function stepped(ms: number, direction: 1 | -1, field: DurationField): number {
  const next = direction > 0 ? steps.find((step) => step > ms) : steps.findLast((step) => step < ms)
  return Math.min(field.max ?? Infinity, Math.max(field.min ?? 0, next ?? ms))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
