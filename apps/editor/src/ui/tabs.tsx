import { Tabs as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import styles from './tabs.module.css'

export interface Tab {
  readonly id: string
  readonly label: ReactNode
  /** A number beside the label; nothing at zero. */
  readonly count?: number
  readonly countLook?: 'plain' | 'warning' | 'error'
  readonly content: ReactNode
}

export interface TabsProps {
  readonly label: string
  readonly tabs: readonly Tab[]
  readonly active: string
  readonly onChange: (id: string) => void
  /** At the right end of the line of tabs. */
  readonly extra?: ReactNode
}

/** A line of tabs with what belongs to the chosen one below. */
export function Tabs({ label, tabs, active, onChange, extra }: TabsProps) {
  return (
    <Radix.Root className={styles['tabs']} value={active} onValueChange={onChange}>
      <div className={styles['bar']}>
        <Radix.List className={styles['list']} aria-label={label}>
          {tabs.map((tab) => (
            <Radix.Trigger key={tab.id} value={tab.id} className={styles['tab']}>
              {tab.label}
              {tab.count !== undefined && tab.count > 0 && (
                <span className={styles['count']} data-look={tab.countLook ?? 'plain'}>
                  {tab.count}
                </span>
              )}
            </Radix.Trigger>
          ))}
        </Radix.List>
        <div className={styles['extra']}>{extra}</div>
      </div>
      {tabs.map((tab) => (
        <Radix.Content key={tab.id} value={tab.id} className={styles['content']} tabIndex={-1}>
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  )
}
