import styles from './panel.module.css'

interface PanelSearchProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}

export function PanelSearch({ label, value, onChange }: PanelSearchProps) {
  return (
    <input
      className={styles['search']}
      type="search"
      aria-label={label}
      placeholder="Search"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}
