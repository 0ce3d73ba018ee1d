import type { ReactNode } from 'react'
import styles from './empty-state.module.css'
import { Icon } from './icon.tsx'

/** What stands where there is nothing yet: what would be here, and how to get it. */
export function EmptyState({
  icon,
  title,
  children,
}: {
  readonly icon?: string
  readonly title: string
  readonly children?: ReactNode
}) {
  return (
    <div className={styles['empty']}>
      {icon !== undefined && <Icon name={icon} size={20} className={styles['icon']} />}
      <p className={styles['title']}>{title}</p>
      {children !== undefined && <div className={styles['text']}>{children}</div>}
    </div>
  )
}
