import { useEffect, useState } from 'react'
import type { Flow } from '@millrace/flow'
import type { Version } from '@millrace/protocol'
import { toFlow, type FlowEditor } from '../model/index.ts'
import { useFlowState, useWorkbench } from '../shell/context.tsx'
import { Button, Dialog, EmptyState, Select } from '../ui/index.ts'
import styles from './dialogs.module.css'
import { FlowChanges } from './flow-changes.tsx'
import { StateLossNotice } from './state-loss-notice.tsx'
import { useFlowBefore } from './use-flow-before.ts'
import own from './versions-dialog.module.css'

interface VersionsDialogProps {
  readonly flow: FlowEditor
  /** Shown first; the one that runs when left out. */
  readonly version?: number | undefined
}

/** The deployed versions; each can be compared with another, or with the canvas, and deployed. */
export function VersionsDialog({ flow, version }: VersionsDialogProps) {
  const { layout, editor, view } = useWorkbench()
  const versions = useVersions(flow)
  const isBusy = useFlowState(flow, (state) => state.isDeploying)
  const [picked, setPicked] = useState(version)
  const [other, setOther] = useState<number | 'canvas'>('canvas')
  const running = versions?.find(({ isRunning }) => isRunning)
  const chosen = versions?.find(({ number }) => number === picked) ?? running ?? versions?.[0]
  const deploy = async (version: number) => {
    const result = await flow.deploy({ version, note: `Version ${version} again` })
    if (result !== undefined) layout.closeDialog()
  }
  const bringBack = async (number: number) => {
    try {
      const version = await editor.api.version(flow.name, number)
      const hasChanged = flow.bringBack(version, `Bring back version ${number}`)
      const text = hasChanged
        ? `The canvas shows version ${number}`
        : `The canvas showed version ${number} already`
      editor.notify({
        kind: 'info',
        text,
        ...(hasChanged ? { detail: 'Undo takes it back.' } : {}),
      })
      layout.closeDialog()
      view.fit()
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      editor.notify({ kind: 'error', text: `Version ${number} could not be read`, detail })
    }
  }
  return (
    <Dialog
      title="Versions"
      description="Every deployment is kept. An earlier one can be deployed again as it was, or brought onto the canvas to go on from there."
      width="wide"
      testId="versions-dialog"
      onClose={() => layout.closeDialog()}
      actions={
        <>
          <Button onClick={() => layout.closeDialog()}>Close</Button>
          {chosen !== undefined && (
            <Button icon="pen-line" disabled={isBusy} onClick={() => void bringBack(chosen.number)}>
              Bring onto the canvas
            </Button>
          )}
          {chosen !== undefined && (
            <Button
              look="primary"
              icon="rotate-ccw"
              isBusy={isBusy}
              disabled={isBusy || chosen.isRunning}
              onClick={() => void deploy(chosen.number)}
            >
              {chosen.isRunning
                ? `Version ${chosen.number} is running`
                : `Deploy version ${chosen.number} again`}
            </Button>
          )}
        </>
      }
    >
      {versions === undefined || chosen === undefined ? (
        <EmptyState icon="history" title={versions === undefined ? 'Loading …' : 'No versions yet'}>
          {versions !== undefined && 'Deploying the flow makes the first.'}
        </EmptyState>
      ) : (
        <div className={own['columns']}>
          <ol className={own['list']} aria-label="Versions">
            {versions.map((version) => (
              <li key={version.number}>
                <VersionRow
                  version={version}
                  isChosen={version === chosen}
                  onChoose={() => setPicked(version.number)}
                />
              </li>
            ))}
          </ol>
          <section className={own['difference']} aria-label="Difference">
            <CompareWith
              versions={versions.filter((version) => version !== chosen)}
              chosen={chosen.number}
              other={other}
              onChange={setOther}
            />
            {!chosen.isRunning && <Losses flow={flow} version={chosen.number} />}
            <Difference flow={flow} chosen={chosen.number} other={other} />
          </section>
        </div>
      )}
    </Dialog>
  )
}

function useVersions(flow: FlowEditor): readonly Version[] | undefined {
  const { editor } = useWorkbench()
  // What the flow keeps on disk is told every second, with the same version.
  const version = useFlowState(flow, ({ deployment }) => deployment.version)
  const state = useFlowState(flow, ({ deployment }) => deployment.state)
  const [versions, setVersions] = useState<readonly Version[]>()
  useEffect(() => {
    let isCurrent = true
    const take = (found: readonly Version[]) =>
      isCurrent && setVersions(found.toSorted((a, b) => b.number - a.number))
    editor.api.versions(flow.name).then(take, () => take([]))
    return () => {
      isCurrent = false
    }
  }, [editor, flow, version, state])
  return versions
}

interface VersionRowProps {
  readonly version: Version
  readonly isChosen: boolean
  readonly onChoose: () => void
}

function VersionRow({ version, isChosen, onChoose }: VersionRowProps) {
  const { number, note, nodeCount, isRunning, deployedAt } = version
  const time = new Date(deployedAt)
  return (
    <button type="button" className={own['version']} aria-pressed={isChosen} onClick={onChoose}>
      <span className={own['number']}>{number}</span>
      <span className={own['words']}>
        <span className={own['note']}>{note ?? `${nodeCount} nodes`}</span>
        <time className={own['time']} dateTime={time.toISOString()}>
          {time.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}
        </time>
      </span>
      {isRunning && <span className={own['runs']}>runs</span>}
    </button>
  )
}

interface CompareWithProps {
  readonly versions: readonly Version[]
  readonly chosen: number
  readonly other: number | 'canvas'
  readonly onChange: (other: number | 'canvas') => void
}

function CompareWith({ versions, chosen, other, onChange }: CompareWithProps) {
  return (
    <p className={own['compare']}>
      Version {chosen} compared with
      <Select
        label="Compared with"
        value={String(other === chosen ? 'canvas' : other)}
        onChange={(value) => onChange(value === 'canvas' ? 'canvas' : Number(value))}
        options={[
          { value: 'canvas', label: 'the canvas now' },
          ...versions.map(({ number }) => ({ value: String(number), label: `version ${number}` })),
        ]}
      />
    </p>
  )
}

/** What deploying that version again would cost. */
function Losses({ flow, version }: { readonly flow: FlowEditor; readonly version: number }) {
  const before = useFlowBefore(flow)
  const after = useVersion(flow, version)
  if (before === undefined || after === undefined || after === 'gone') return null
  return <StateLossNotice before={before} after={after} />
}

interface DifferenceProps {
  readonly flow: FlowEditor
  readonly chosen: number
  readonly other: number | 'canvas'
}

/** The older of the two stands first, whichever was asked for. */
function Difference({ flow, chosen, other }: DifferenceProps) {
  const document = useFlowState(flow, (state) => state.document)
  const compared = other === chosen ? 'canvas' : other
  const first = useVersion(flow, chosen)
  const second = useVersion(flow, compared === 'canvas' ? undefined : compared)
  const canvas = compared === 'canvas' ? toFlow(document) : undefined
  const against = canvas ?? second
  if (first === undefined || against === undefined)
    return <p className={styles['dim']}>Loading …</p>
  if (first === 'gone' || against === 'gone')
    return <EmptyState title="This version is not there any more" />
  const isOlder = compared === 'canvas' || chosen < compared
  return <FlowChanges before={isOlder ? first : against} after={isOlder ? against : first} />
}

function useVersion(flow: FlowEditor, number: number | undefined): Flow | 'gone' | undefined {
  const { editor } = useWorkbench()
  const [loaded, setLoaded] = useState<{ number: number; flow: Flow | 'gone' }>()
  useEffect(() => {
    if (number === undefined) return undefined
    let isCurrent = true
    editor.api.version(flow.name, number).then(
      (found) => isCurrent && setLoaded({ number, flow: found }),
      () => isCurrent && setLoaded({ number, flow: 'gone' }),
    )
    return () => {
      isCurrent = false
    }
  }, [editor, flow, number])
  return loaded?.number === number ? loaded?.flow : undefined
}
