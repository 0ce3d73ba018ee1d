import type { ReactNode } from 'react'
import styles from './panel.module.css'

/** The first line of a panel of the rail. */
export function PanelHeader({
  title,
  children,
}: {
  readonly title: string
  readonly children?: ReactNode
}) {
  return (
    <div className={styles['header']}>
      <h2 className={styles['title']}>{title}</h2>
      {children}
    </div>
  )
}
