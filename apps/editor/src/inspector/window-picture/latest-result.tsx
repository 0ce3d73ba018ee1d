import { useEffect, useSyncExternalStore } from 'react'
import { useWorkbench } from '../../shell/context.tsx'
import { messageOf } from '../../values/index.ts'
import { resultText } from './result-text.ts'

/** What the running window gave last, as it comes. */
export function LatestResult({ port }: { readonly port: string }) {
  const { live } = useWorkbench()
  useEffect(() => live.taps.open(port), [live, port])
  const messages = useSyncExternalStore(
    (listener) => live.taps.subscribe(listener),
    () => live.taps.messages(port),
  )
  const latest = messages.at(-1)
  const text = latest === undefined ? undefined : resultText(messageOf(latest.value))
  if (text === undefined) return null
  return (
    <dl>
      <dt>Latest result</dt>
      <dd>{text}</dd>
    </dl>
  )
}
