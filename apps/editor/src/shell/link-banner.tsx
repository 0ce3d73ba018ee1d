import { useStore } from 'zustand'
import { Icon } from '../ui/index.ts'
import { useWorkbench } from './context.tsx'
import styles from './link-banner.module.css'

/** Says that the server is not there, and that nothing is lost by it. */
export function LinkBanner() {
  const { live } = useWorkbench()
  const { state } = useStore(live.link)
  if (state !== 'lost') return null
  return (
    <div className={styles['banner']} role="status" data-testid="link-lost">
      <Icon name="wifi-off" size={14} />
      <strong>The server is not reachable.</strong>
      <span>
        It is tried again by itself. Keep drawing: what you change is saved when it is back.
      </span>
    </div>
  )
}
