import type { TextField } from '@millrace/sdk/descriptor'
import { useFieldSurroundings } from './field-context.ts'
import styles from './fields.module.css'
import type { WidgetProps } from './widget-props.ts'

export function TextInput(props: WidgetProps<TextField>) {
  const { id, field, value, onChange, describedBy, problem } = props
  const { settle } = useFieldSurroundings()
  const shared = {
    id,
    value: typeof value === 'string' ? value : '',
    placeholder: field.placeholder,
    'aria-describedby': describedBy,
    'aria-required': field.required,
    'aria-invalid': problem !== undefined || undefined,
    spellCheck: false,
    onBlur: settle,
  }
  if (field.multiline === true)
    return (
      <textarea
        {...shared}
        rows={4}
        className={styles['input']}
        onChange={(event) => onChange(event.target.value)}
      />
    )
  const hints = field.suggestions === undefined ? undefined : `${id}-suggestions`
  return (
    <>
      <input
        {...shared}
        className={styles['input']}
        type="text"
        autoComplete="off"
        list={hints}
        data-format={field.format}
        onChange={(event) => onChange(event.target.value)}
      />
      {hints !== undefined && (
        <datalist id={hints}>
          {field.suggestions?.map((text) => (
            <option key={text} value={text} />
          ))}
        </datalist>
      )}
    </>
  )
}
