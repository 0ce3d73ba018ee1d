import styles from './fields.module.css'

interface SecretBoxProps {
  readonly id: string
  readonly value: string
  readonly hint: string
  readonly describedBy: string | undefined
  readonly isWrong: boolean
  readonly isRequired: boolean
  readonly onChange: (text: string) => void
  readonly onEnter?: () => void
  readonly onLeave?: () => void
}

/** Shows dots. What is pasted keeps its line breaks, which keys and certificates cannot do without. */
export function SecretBox(props: SecretBoxProps) {
  const { id, value, hint, describedBy, isWrong, isRequired, onChange, onEnter, onLeave } = props
  return (
    <input
      id={id}
      className={styles['input']}
      type="password"
      autoComplete="new-password"
      value={value}
      placeholder={hint}
      aria-describedby={describedBy}
      aria-invalid={isWrong || undefined}
      aria-required={isRequired || undefined}
      onChange={(event) => onChange(event.target.value)}
      onPaste={(event) => {
        const text = event.clipboardData.getData('text/plain')
        if (!text.trim().includes('\n')) return
        event.preventDefault()
        onChange(text)
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && onEnter !== undefined) {
          event.preventDefault()
          onEnter()
        }
      }}
      onBlur={onLeave}
    />
  )
}
