import { hasErrorPort, type Descriptor } from '@millrace/sdk/descriptor'
import { HelpText } from './help-text.tsx'
import styles from './inspector.module.css'

export function HelpTab({ descriptor }: { readonly descriptor: Descriptor }) {
  return (
    <div className={styles['body']}>
      <p className={styles['summary']}>{descriptor.summary}</p>
      <Facts descriptor={descriptor} />
      {descriptor.help !== undefined && <HelpText source={descriptor.help} />}
      <p className={styles['dim']}>{descriptor.type}</p>
    </div>
  )
}

/** What the node states of itself: its state and what becomes of failures. */
function Facts({ descriptor }: { readonly descriptor: Descriptor }) {
  const facts = [
    descriptor.stateful === true ? 'keeps state' : undefined,
    descriptor.promises?.idempotent === true ? 'writing twice is the same as once' : undefined,
    descriptor.promises?.replayable === true ? 'can be read again after a crash' : undefined,
    hasErrorPort(descriptor) ? 'failures leave by the error port' : undefined,
  ].filter((fact) => fact !== undefined)
  return facts.length === 0 ? null : <p className={styles['dim']}>{facts.join(' · ')}</p>
}
