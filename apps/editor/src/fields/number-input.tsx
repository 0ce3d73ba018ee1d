import { useState } from 'react'
import type { IntegerField, NumberField } from '@millrace/sdk/descriptor'
import { useFieldSurroundings } from './field-context.ts'
import styles from './fields.module.css'
import { parseSize, printSize } from './size-text.ts'
import type { WidgetProps } from './widget-props.ts'

/**
 * Keeps what is typed until it is a number; text that is none reaches the flow, and its check. Bytes
 * are shown, and may be typed, as "64 MiB".
 */
export function NumberInput(props: WidgetProps<NumberField | IntegerField>) {
  const { id, field, value, onChange, describedBy, problem } = props
  const { settle } = useFieldSurroundings()
  const [typed, setTyped] = useState<string>()
  const isSize = field.unit === 'bytes'
  const shown = (number: number) => (isSize ? printSize(number) : printNumber(number, field))
  const take = (text: string) => {
    setTyped(text)
    if (text.trim() === '') onChange(undefined)
    else onChange((isSize ? parseSize(text) : parseNumber(text)) ?? text)
  }
  return (
    <div className={styles['withUnit']}>
      <input
        id={id}
        className={styles['input']}
        data-numeric
        inputMode={isSize ? 'text' : field.kind === 'integer' ? 'numeric' : 'decimal'}
        autoComplete="off"
        value={
          typed ??
          (typeof value === 'number' ? shown(value) : typeof value === 'string' ? value : '')
        }
        placeholder={field.default === undefined ? field.placeholder : shown(field.default)}
        aria-required={field.required}
        aria-describedby={describedBy}
        aria-invalid={problem !== undefined || undefined}
        onChange={(event) => take(event.target.value)}
        onBlur={() => {
          setTyped(undefined)
          settle()
        }}
      />
      {field.unit !== undefined && !isSize && <span className={styles['unit']}>{field.unit}</span>}
    </div>
  )
}

/** Counts that may grow large are written in groups of three; ports and the like are not. */
function printNumber(number: number, { kind, max = 0 }: NumberField | IntegerField): string {
  return kind === 'integer' && max > portMax ? number.toLocaleString('en-US') : String(number)
}

const portMax = 65_535

function parseNumber(text: string): number | undefined {
  const plain = /^\s*\d{1,3}(,\d{3})+\s*$/.test(text) ? text.replaceAll(',', '') : text
  return Number.isFinite(Number(plain)) ? Number(plain) : undefined
}
