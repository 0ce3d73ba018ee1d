import { useMemo } from 'react'
import { useStore } from 'zustand'
import { stateLosses, type Flow } from '@millrace/flow'
import { nameOf } from '../model/index.ts'
import { useWorkbench } from '../shell/context.tsx'
import { Icon } from '../ui/index.ts'
import { lossText } from './change-text.ts'
import styles from './dialogs.module.css'
import own from './state-loss-notice.module.css'

const mostShown = 8

interface StateLossNoticeProps {
  /** That of which there is state. */
  readonly before: Flow
  readonly after: Flow
}

/** Which nodes forget what they know when this is deployed, and why. */
export function StateLossNotice({ before, after }: StateLossNoticeProps) {
  const { editor } = useWorkbench()
  const catalog = useStore(editor.catalog)
  const losses = useMemo(
    () => stateLosses(before, after, catalog.descriptors),
    [before, after, catalog],
  )
  if (losses.length === 0) return null
  const old = new Map(before.nodes.map((node) => [node.id, node]))
  return (
    <section className={styles['notice']} data-severity="warning" data-testid="state-losses">
      <p className={styles['noticeTitle']}>
        {losses.length === 1
          ? 'One node loses its state'
          : `${losses.length} nodes lose their state`}
      </p>
      <ul>
        {losses.slice(0, mostShown).map((loss) => {
          const node = old.get(loss.node)
          return (
            <li key={loss.node} className={own['loss']}>
              <Icon name="triangle-alert" size={14} />
              <span>
                <b>{node === undefined ? loss.node : nameOf(catalog, node)}</b>{' '}
                {lossText(loss, catalog.descriptors.get(node?.type ?? ''))}.
              </span>
            </li>
          )
        })}
      </ul>
      {losses.length > mostShown && <p>… and {losses.length - mostShown} more</p>}
    </section>
  )
}
