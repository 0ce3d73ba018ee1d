import { useState } from 'react'
import type { TextField } from '@millrace/sdk/descriptor'
import { useFieldSurroundings } from './field-context.ts'
import styles from './fields.module.css'
import type { WidgetProps } from './widget-props.ts'

export function TextInput(props: WidgetProps<TextField>) {
  const { id, field, value, onChange, describedBy, problem } = props
  const { settle } = useFieldSurroundings()
  const [offered, ask] = useOffered(field)
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
  const suggestions = [...new Set([...(field.suggestions ?? []), ...offered])]
  const hints = suggestions.length === 0 ? undefined : `${id}-suggestions`
  return (
    <>
      <input
        {...shared}
        className={styles['input']}
        type="text"
        autoComplete="off"
        list={hints}
        data-format={field.format}
        onFocus={ask}
        onChange={(event) => onChange(event.target.value)}
      />
      {hints !== undefined && (
        <datalist id={hints}>
          {suggestions.map((text) => (
            <option key={text} value={text} />
          ))}
        </datalist>
      )}
    </>
  )
}

/** What the node's connection has to offer, asked for anew each time a person comes to the field. */
function useOffered({ offers }: TextField): readonly [readonly string[], () => void] {
  const surroundings = useFieldSurroundings()
  const [offered, setOffered] = useState<readonly string[]>([])
  const ask = (): void => {
    if (offers !== undefined) void surroundings.offered?.(offers).then(setOffered)
  }
  return [offered, ask]
}
