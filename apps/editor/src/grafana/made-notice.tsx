import type { MadeDashboard } from '@millrace/protocol'
import styles from '../dialogs/dialogs.module.css'

/** Where the dashboard is, and what is left to do by hand. */
export function MadeNotice({ made }: { readonly made: MadeDashboard }) {
  const { url, note } = made
  return (
    <div
      className={styles['notice']}
      data-severity={note === undefined ? undefined : 'warning'}
      role="status"
      data-testid="grafana-made"
    >
      <span className={styles['noticeTitle']}>
        The dashboard is made:{' '}
        <a href={url} target="_blank" rel="noreferrer">
          open it in Grafana
        </a>
      </span>
      {note !== undefined && <span>{note}</span>}
    </div>
  )
}
