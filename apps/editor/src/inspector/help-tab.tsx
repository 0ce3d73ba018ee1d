import { useEffect, useState } from 'react'
import { useWorkbench } from '../shell/context.tsx'
import { hasErrorPort, type Descriptor } from '@millrace/sdk/descriptor'
import { HelpText } from './help-text.tsx'
import styles from './inspector.module.css'

export function HelpTab({ descriptor }: { readonly descriptor: Descriptor }) {
  const help = useHelp(descriptor.type)
  return (
    <div className={styles['body']}>
      <p className={styles['summary']}>{descriptor.summary}</p>
      <Facts descriptor={descriptor} />
      {help !== undefined && <HelpText source={help} />}
      <p className={styles['dim']}>{descriptor.type}</p>
    </div>
  )
}

/** The text comes when it is first looked at, and is kept for the visit. */
function useHelp(type: string): string | undefined {
  const { editor } = useWorkbench()
  const [loaded, setLoaded] = useState<{ type: string; text: string | undefined }>()
  useEffect(() => {
    let isWanted = true
    const take = (text: string | undefined) => isWanted && setLoaded({ type, text })
    void editor.help(type).then(take, () => take('The help could not be loaded.'))
    return () => {
      isWanted = false
    }
  }, [editor, type])
  return loaded?.type === type ? loaded.text : undefined
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
