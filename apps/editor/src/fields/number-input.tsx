import { useState } from 'react'
import type { IntegerField, NumberField } from '@millrace/sdk/descriptor'
import { useFieldSurroundings } from './field-context.ts'
import styles from './fields.module.css'
import type { WidgetProps } from './widget-props.ts'

/** Keeps what is typed until it is a number; text that is none reaches the flow, and its check. */
export function NumberInput(props: WidgetProps<NumberField | IntegerField>) {
  const { id, field, value, onChange, describedBy, problem } = props
  const { settle } = useFieldSurroundings()
  const [typed, setTyped] = useState<string>()
  const take = (text: string) => {
    setTyped(text)
    if (text.trim() === '') onChange(undefined)
    else onChange(Number.isFinite(Number(text)) ? Number(text) : text)
  }
  return (
    <div className={styles['withUnit']}>
      <input
        id={id}
        className={styles['input']}
        data-numeric
        inputMode={field.kind === 'integer' ? 'numeric' : 'decimal'}
        autoComplete="off"
        value={
          typed ?? (typeof value === 'number' || typeof value === 'string' ? String(value) : '')
        }
        placeholder={field.default === undefined ? undefined : String(field.default)}
        aria-describedby={describedBy}
        aria-invalid={problem !== undefined || undefined}
        onChange={(event) => take(event.target.value)}
        onBlur={() => {
          setTyped(undefined)
          settle()
        }}
      />
      {field.unit !== undefined && <span className={styles['unit']}>{field.unit}</span>}
    </div>
  )
}
