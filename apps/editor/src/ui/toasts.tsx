import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Notice } from '../model/index.ts'
import { Button, IconButton } from './button.tsx'
import { Icon } from './icon.tsx'
import styles from './toasts.module.css'

interface Shown extends Notice {
  readonly number: number
}

export interface Notices {
  readonly store: StoreApi<{ readonly shown: readonly Shown[] }>
  notify(notice: Notice): void
  dismiss(number: number): void
}

const most = 4

/** What is being told to the person now. The same thing again replaces itself. */
export function createNotices(): Notices {
  const store = createStore<{ shown: readonly Shown[] }>(() => ({ shown: [] }))
  let number = 0
  return {
    store,
    notify(notice) {
      number += 1
      const next = { ...notice, number }
      store.setState(({ shown }) => ({
        shown: [...shown.filter(({ text }) => text !== notice.text), next].slice(-most),
      }))
    },
    dismiss(gone) {
      store.setState(({ shown }) => ({ shown: shown.filter((each) => each.number !== gone) }))
    },
  }
}

const icons = { done: 'circle-check', info: 'info', warning: 'triangle-alert', error: 'circle-x' }
const showsForMs = { done: 3000, info: 4500, warning: 5000, error: 9000 }

export function Toasts({ notices }: { readonly notices: Notices }) {
  const { shown } = useStore(notices.store)
  return (
    <section className={styles['toasts']} aria-label="Messages" aria-live="polite">
      {shown.map((notice) => (
        <Toast key={notice.number} notice={notice} onClose={() => notices.dismiss(notice.number)} />
      ))}
    </section>
  )
}

function Toast({ notice, onClose }: { readonly notice: Shown; readonly onClose: () => void }) {
  const { kind, text, detail, action } = notice
  const [isHeld, setHeld] = useState(false)
  useEffect(() => {
    if (isHeld) return undefined
    const timer = setTimeout(onClose, showsForMs[kind])
    return () => clearTimeout(timer)
    // A new `onClose` is no reason to show it longer.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [isHeld, kind])
  return (
    <div
      className={styles['toast']}
      data-kind={kind}
      data-testid="toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
    >
      <Icon name={icons[kind]} className={styles['icon']} />
      <div className={styles['words']}>
        <p className={styles['text']}>{text}</p>
        {detail !== undefined && <p className={styles['detail']}>{detail}</p>}
      </div>
      {action !== undefined && (
        <Button
          size="small"
          onClick={() => {
            action.run()
            onClose()
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton icon="x" size="small" label="Dismiss" onClick={onClose} />
    </div>
  )
}
