import type { FlowEditor } from '../model/index.ts'
import { useFlowState } from '../shell/context.tsx'
import { EmptyState } from '../ui/index.ts'
import { clockText } from './clock-text.ts'
import styles from './panel.module.css'

/** Everything that was done to the flow, newest first; a click goes back, or forward, to there. */
export function HistoryPanel({ flow }: { readonly flow: FlowEditor | undefined }) {
  return flow === undefined ? <EmptyState title="No flow is open" /> : <Steps flow={flow} />
}

function Steps({ flow }: { readonly flow: FlowEditor }) {
  const { transactions, index } = useFlowState(flow, ({ history }) => history)
  if (transactions.length === 0)
    return (
      <EmptyState title="Nothing done yet">Every change comes here, and can be undone.</EmptyState>
    )
  const steps = transactions.map((step, at) => ({ step, number: at + 1 })).toReversed()
  return (
    <ol className={styles['scroll']}>
      {steps.map(({ step, number }) => (
        <li key={number}>
          <button
            type="button"
            className={styles['row']}
            data-done={number > index || undefined}
            data-current={number === index || undefined}
            aria-current={number === index ? 'step' : undefined}
            onClick={() => flow.goTo(number)}
          >
            <time className={styles['time']}>{clockText(step.at).slice(0, 8)}</time>
            <span className={styles['text']}>{step.label}</span>
          </button>
        </li>
      ))}
      <li>
        <button
          type="button"
          className={styles['row']}
          data-current={index === 0 || undefined}
          onClick={() => flow.goTo(0)}
        >
          <span className={styles['time']} />
          <span className={styles['text']}>As it was opened</span>
        </button>
      </li>
    </ol>
  )
}
