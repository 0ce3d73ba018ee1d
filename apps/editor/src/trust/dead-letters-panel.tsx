import { useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import type { DeadLetterInfo } from '@millrace/protocol'
import { nameOf, type FlowEditor } from '../model/index.ts'
import { useWorkbench } from '../shell/context.tsx'
import { Button, EmptyState } from '../ui/index.ts'
import { createLettersStore, type LettersStore } from './dead-letters-store.ts'
import { LetterDetail } from './letter-detail.tsx'
import { createTrustApi } from './trust-api.ts'
import styles from './trust.module.css'

/** Messages that nodes could not handle and that were put aside: to be mended and given again. */
export function DeadLettersPanel({ flow }: { readonly flow: FlowEditor | undefined }) {
  return flow === undefined ? <EmptyState title="No flow is open" /> : <Letters flow={flow} />
}

/** How often it is looked whether there are more, while the panel is open. */
const lookEveryMs = 3_000

function Letters({ flow }: { readonly flow: FlowEditor }) {
  const letters = useMemo(() => createLettersStore(flow.name, createTrustApi()), [flow])
  const { letters: shown, kept, chosen } = useStore(letters.store)
  useEffect(() => {
    void letters.load()
    const timer = setInterval(() => void letters.load(), lookEveryMs)
    return () => clearInterval(timer)
  }, [letters])
  const one = shown?.find(({ number }) => number === chosen)
  if (shown === undefined || shown.length === 0)
    return (
      <EmptyState icon="inbox" title="No dead letters">
        A message that a node gives up comes here when the node&apos;s Errors say so: after the
        retries, to be mended and given to the node again.
      </EmptyState>
    )
  return (
    <div className={styles['panel']}>
      <Tools letters={letters} />
      <div className={styles['split']}>
        <ol className={styles['list']} data-wide aria-label="Dead letters">
          {shown.map((letter) => (
            <LetterRow key={letter.number} flow={flow} letters={letters} letter={letter} />
          ))}
          {shown.length < kept && (
            <li className={styles['more']}>
              <Button size="small" look="quiet" onClick={() => void letters.loadMore()}>
                Show older
              </Button>
            </li>
          )}
        </ol>
        {one !== undefined && (
          <LetterDetail
            key={`${one.number} ${JSON.stringify(one.fixed)}`}
            letters={letters}
            letter={one}
          />
        )}
      </div>
    </div>
  )
}

function Tools({ letters }: { readonly letters: LettersStore }) {
  const { ticked, letters: shown = [], kept, dropped, trouble, isBusy } = useStore(letters.store)
  const [isSure, setSure] = useState(false)
  const some = [...ticked]
  const remove = () => {
    setSure(!isSure)
    if (isSure) void letters.remove(some)
  }
  return (
    <div className={styles['tools']}>
      <input
        type="checkbox"
        aria-label="All"
        checked={ticked.size > 0 && ticked.size === shown.length}
        onChange={(event) => letters.tickAll(event.target.checked)}
      />
      <Button
        size="small"
        icon="rotate-ccw"
        disabled={some.length === 0 || isBusy}
        data-testid="replay-letters"
        onClick={() => void letters.replay(some)}
      >
        Replay {some.length > 0 ? some.length : ''}
      </Button>
      <Button
        size="small"
        look={isSure ? 'danger' : 'quiet'}
        icon="trash-2"
        disabled={some.length === 0}
        data-testid="delete-letters"
        onClick={remove}
        onBlur={() => setSure(false)}
      >
        {isSure ? `Delete ${some.length} for good` : 'Delete'}
      </Button>
      <span className={styles['note']}>
        {kept.toLocaleString('en-US')} kept
        {dropped > 0 && `, ${dropped.toLocaleString('en-US')} older ones had to go`}
      </span>
      <span className={styles['grow']} />
      {trouble !== undefined && <span className={styles['trouble']}>{trouble}</span>}
    </div>
  )
}

interface LetterRowProps {
  readonly flow: FlowEditor
  readonly letters: LettersStore
  readonly letter: DeadLetterInfo
}

function LetterRow({ flow, letters, letter }: LetterRowProps) {
  const { editor } = useWorkbench()
  const { number, node, error, failedAt, fixed } = letter
  const isTicked = useStore(letters.store, ({ ticked }) => ticked.has(number))
  const isChosen = useStore(letters.store, ({ chosen }) => chosen === number)
  const placed = flow.store.getState().document.nodes.get(node)
  const name = placed === undefined ? node : nameOf(editor.catalog.getState(), placed)
  return (
    <li className={styles['item']} data-current={isChosen || undefined} data-testid="dead-letter">
      <input
        type="checkbox"
        className={styles['tick']}
        aria-label={`Letter ${number}`}
        checked={isTicked}
        onChange={(event) => letters.tick(number, event.target.checked)}
      />
      <button
        type="button"
        className={styles['choose']}
        aria-current={isChosen || undefined}
        onClick={() => letters.choose(number)}
      >
        <time className={styles['when']}>{whenText(failedAt)}</time>
        <span className={styles['name']}>{name}</span>
        <span className={styles['reason']} title={error.message}>
          {fixed !== undefined && <b>mended · </b>}
          {error.message}
        </span>
      </button>
    </li>
  )
}

function whenText(time: number): string {
  const [day, clock] = [{ month: 'short', day: 'numeric' }, { hour12: false }] as const
  const isToday = new Date(time).toDateString() === new Date().toDateString()
  return isToday
    ? new Date(time).toLocaleTimeString(undefined, clock)
    : new Date(time).toLocaleDateString(undefined, day)
}
