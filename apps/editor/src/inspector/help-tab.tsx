import { useEffect, useState } from 'react'
import { useWorkbench } from '../shell/context.tsx'
import { hasErrorPort, type Descriptor, type Target } from '@millrace/sdk/descriptor'
import { HelpText } from './help-text.tsx'
import styles from './inspector.module.css'

export function HelpTab({ descriptor }: { readonly descriptor: Descriptor }) {
  const help = useHelp(descriptor.type)
  return (
    // It scrolls, often without anything in it that could have the focus.
    <div className={styles['body']} role="region" aria-label="Help" tabIndex={0}>
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

const places: Readonly<Record<Target, string>> = {
  local: 'here',
  workers: 'on workers',
  flink: 'on Flink',
}

/** Such as `can run here and on workers`; nothing where a node says nothing of it. */
export function placesText({ targets = [] }: Descriptor): string | undefined {
  const words = targets.map((target) => places[target])
  const last = words.pop()
  if (last === undefined) return undefined
  return `can run ${words.length > 0 ? `${words.join(', ')} and ` : ''}${last}`
}

/** Such as `not on Flink with weeks and months`. */
export function limitsText({ targetLimits = [] }: Descriptor): readonly string[] {
  const ofTarget = Map.groupBy(targetLimits, ({ on }) => on)
  return [...ofTarget].map(
    ([on, limits]) => `not ${places[on]} with ${limits.map(({ what }) => what).join('; ')}`,
  )
}

/** What the node states of itself: its state, what becomes of failures, and where it can run. */
function Facts({ descriptor }: { readonly descriptor: Descriptor }) {
  const facts = [
    descriptor.stateful === true ? 'keeps state' : undefined,
    descriptor.promises?.idempotent === true ? 'writing twice is the same as once' : undefined,
    descriptor.promises?.replayable === true ? 'can be read again after a crash' : undefined,
    hasErrorPort(descriptor) ? 'failures leave by the error port' : undefined,
    placesText(descriptor),
    ...limitsText(descriptor),
  ].filter((fact) => fact !== undefined)
  return facts.length === 0 ? null : <p className={styles['dim']}>{facts.join(' · ')}</p>
}
