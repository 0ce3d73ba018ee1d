import { Icon } from './icon.tsx'
import styles from './select.module.css'

export interface SelectProps<Value extends string> {
  /** Its name, read out. */
  readonly label: string
  readonly value: Value
  readonly options: readonly { readonly value: Value; readonly label: string }[]
  readonly onChange: (value: Value) => void
}

/** A small list to choose from, for tool bars. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { label, value, options, onChange } = props
  return (
    <span className={styles['select']}>
      <select
        aria-label={label}
        value={value}
        onChange={({ target }) => {
          const chosen = options.find((option) => option.value === target.value)
          if (chosen !== undefined) onChange(chosen.value)
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <Icon name="chevron-down" size={14} />
    </span>
  )
}
