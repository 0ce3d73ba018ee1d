import type { ReactNode } from 'react'
import type { DurabilityInfo } from '@millrace/protocol'
import { shownBytes } from '../format/numbers.ts'
import type { FlowEditor } from '../model/index.ts'
import { agoText } from '../panels/clock-text.ts'
import { useFlowState, useWorkbench } from '../shell/context.tsx'
import { Button } from '../ui/index.ts'
import styles from './durability-section.module.css'

const resting: readonly string[] = ['stopped', 'failed', 'quarantined']

/** What the flow keeps on disk, how that goes, and a way to begin from nothing. */
export function DurabilitySection({ flow }: { readonly flow: FlowEditor }) {
  const { layout } = useWorkbench()
  const { state, version, durability } = useFlowState(flow, ({ deployment }) => deployment)
  const isResting = resting.includes(state)
  if (durability === undefined && version === undefined) return null
  return (
    <section className={styles['section']} aria-label="State" data-testid="durability">
      <h3 className={styles['heading']}>State on disk</h3>
      {durability !== undefined && <Numbers durability={durability} isResting={isResting} />}
      {durability?.problem !== undefined && (
        <p className={styles['problem']}>{durability.problem}</p>
      )}
      <p className={styles['action']}>
        <Button
          size="small"
          icon="rotate-ccw"
          disabled={!isResting}
          data-testid="reset-state"
          onClick={() => layout.openDialog({ kind: 'reset-state' })}
        >
          Reset state …
        </Button>
        {!isResting && <span className={styles['hint']}>Stop the flow first.</span>}
      </p>
    </section>
  )
}

interface NumbersProps {
  readonly durability: DurabilityInfo
  readonly isResting: boolean
}

function Numbers({ durability, isResting }: NumbersProps) {
  const { live } = useWorkbench()
  // A flow that rests tells nothing by which this could go on.
  const now = isResting ? undefined : live.gauges.now()
  const { stateBytes, intakeBytes, lastEpochAt, lastEpochMs } = durability
  return (
    <dl className={styles['numbers']}>
      <Row name="State">{shownBytes(stateBytes)}</Row>
      {intakeBytes > 0 && (
        <Row name="Ingest log" help="What sources took in, until the flow has dealt with it.">
          {shownBytes(intakeBytes)}
        </Row>
      )}
      {lastEpochAt !== undefined && (
        <Row name="Last epoch" help="When state was last stored, and how long that took.">
          <time
            dateTime={new Date(lastEpochAt).toISOString()}
            title={new Date(lastEpochAt).toLocaleString()}
          >
            {now === undefined
              ? new Date(lastEpochAt).toLocaleString()
              : `${agoText(lastEpochAt, now)} ago`}
          </time>
          {lastEpochMs !== undefined && ` · took ${tookText(lastEpochMs)}`}
        </Row>
      )}
    </dl>
  )
}

interface RowProps {
  readonly name: string
  readonly help?: string
  readonly children: ReactNode
}

function Row({ name, help, children }: RowProps) {
  return (
    <>
      <dt title={help}>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

function tookText(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`
}
