import styles from './fields.module.css'
import type { CodeLikeField, WidgetProps } from './widget-props.ts'

/** Stands in, at the same height, until the code editor has loaded. */
export function PlainCode({ id, field, value, onChange, describedBy }: WidgetProps<CodeLikeField>) {
  const isTall = field.kind === 'code' || field.kind === 'json'
  return (
    <textarea
      id={id}
      className={styles['input']}
      data-code
      rows={!isTall ? 1 : field.kind === 'code' && field.language === 'text' ? 3 : 10}
      spellCheck={false}
      value={codeText(value)}
      aria-describedby={describedBy}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

/** The text that a code field shows: text as it is, anything else as JSON. */
export function codeText(value: unknown): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
