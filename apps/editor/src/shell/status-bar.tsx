import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { shortNumber, shownBytes } from '../format/numbers.ts'
import { countProblems, worstLook, type FlowEditor } from '../model/index.ts'
import { GuaranteeBadge } from '../trust/guarantee-badge.tsx'
import { Icon, joined } from '../ui/index.ts'
import { useActiveFlow, useFlowState, useWorkbench } from './context.tsx'
import type { DrawerTab } from './layout.ts'
import styles from './status-bar.module.css'

/** The line at the bottom: how the server and the flow in front do. */
export function StatusBar() {
  const flow = useActiveFlow()
  return (
    <footer className={styles['bar']} data-region="status" data-testid="status-bar">
      <Link />
      {flow !== undefined && <FlowNumbers flow={flow} />}
      <span className={styles['gap']} />
      {flow !== undefined && <Saved flow={flow} />}
      {flow !== undefined && <GuaranteeBadge flow={flow} className={styles['button']} />}
      {flow !== undefined && <Problems flow={flow} />}
      {flow !== undefined && <DrawerButton tab="debug" icon="bug" label="Debug" />}
      {flow !== undefined && <DrawerButton tab="log" icon="list-tree" label="Log" />}
      <Machine />
    </footer>
  )
}

const linkWords = { connecting: 'Connecting…', connected: 'Connected', lost: 'Not reachable' }

function Link() {
  const { live } = useWorkbench()
  const { state } = useStore(live.link)
  const { status } = useStore(live.server)
  const engine = status?.engine.state ?? 'running'
  const isWell = state === 'connected' && engine === 'running'
  const words =
    state === 'connected' && engine !== 'running' ? `Engine ${engine}` : linkWords[state]
  return (
    <span className={styles['item']} data-testid="link-state">
      <span
        className={styles['dot']}
        data-look={isWell ? 'good' : state === 'lost' ? 'error' : 'warning'}
      />
      {words}
    </span>
  )
}

/** Written straight into the page, four times a second at most, without React. */
function FlowNumbers({ flow }: { readonly flow: FlowEditor }) {
  const { live } = useWorkbench()
  const rate = useRef<HTMLSpanElement>(null)
  const errors = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    const paint = () => {
      const total = live.gauges.total()
      if (rate.current !== null) rate.current.textContent = shortNumber(total.perSecond)
      if (errors.current === null) return
      errors.current.textContent = shortNumber(total.errors)
      errors.current.parentElement?.toggleAttribute('data-bad', total.errors > 0)
    }
    paint()
    return live.gauges.subscribe(paint)
  }, [live, flow])
  return (
    <>
      <span className={styles['item']} title="Messages a second that enter this flow">
        <span className={styles['number']} ref={rate} data-testid="flow-rate" />
        <span className={styles['unit']}>msg/s</span>
      </span>
      <span
        className={joined(styles['item'], styles['errors'])}
        title="Errors a second in this flow"
      >
        <span className={styles['number']} ref={errors} />
        <span className={styles['unit']}>errors/s</span>
      </span>
    </>
  )
}

const saveWords = { saved: 'Saved', waiting: 'Saving…', saving: 'Saving…', failed: 'Not saved' }

function Saved({ flow }: { readonly flow: FlowEditor }) {
  const state = useFlowState(flow, ({ saveState }) => saveState)
  const error = useFlowState(flow, ({ saveError }) => saveError)
  return (
    <span
      className={joined(styles['item'], styles['saved'])}
      data-failed={state === 'failed' || undefined}
      data-testid="save-state"
      title={state === 'failed' ? error : undefined}
    >
      {saveWords[state]}
    </span>
  )
}

function Problems({ flow }: { readonly flow: FlowEditor }) {
  const { layout } = useWorkbench()
  const problems = useFlowState(flow, (state) => state.problems)
  const tried = useFlowState(flow, (state) => state.tried)
  const counts = countProblems(problems, tried)
  const { errors, warnings, unfinished } = counts
  return (
    <button
      type="button"
      className={styles['button']}
      data-look={worstLook(counts)}
      data-testid="problems-button"
      onClick={() => toggleDrawer(layout, 'problems')}
    >
      <Icon name="circle-x" size={12} className={styles['errorIcon']} />
      {errors}
      <span className="unseen"> errors, </span>
      <Icon name="triangle-alert" size={12} className={styles['warningIcon']} />
      {warnings}
      <span className="unseen"> warnings</span>
      {unfinished > 0 && (
        <span className={styles['unfinished']} title="Not filled in or wired yet">
          <Icon name="ellipsis" size={12} />
          {unfinished}
          <span className="unseen"> not filled in or wired yet</span>
        </span>
      )}
    </button>
  )
}

function DrawerButton({
  tab,
  icon,
  label,
}: {
  readonly tab: DrawerTab
  readonly icon: string
  readonly label: string
}) {
  const { layout } = useWorkbench()
  const isShown = useStore(layout, ({ isDrawerOpen, drawer }) => isDrawerOpen && drawer === tab)
  return (
    <button
      type="button"
      className={styles['button']}
      aria-pressed={isShown}
      data-testid={`drawer-${tab}`}
      onClick={() => toggleDrawer(layout, tab)}
    >
      <Icon name={icon} size={12} />
      {label}
    </button>
  )
}

function toggleDrawer(layout: ReturnType<typeof useWorkbench>['layout'], tab: DrawerTab): void {
  const { isDrawerOpen, drawer } = layout.getState()
  if (isDrawerOpen && drawer === tab) layout.setState({ isDrawerOpen: false })
  else layout.showDrawer(tab)
}

function Machine() {
  const { live } = useWorkbench()
  const { status } = useStore(live.server)
  if (status === undefined) return null
  return (
    <>
      <span
        className={joined(styles['item'], styles['machine'])}
        title="Processor, server and engine"
      >
        <Icon name="cpu" size={12} />
        <span className={styles['number']}>{Math.round(status.cpuPercent)}</span>
        <span className={styles['unit']}>%</span>
      </span>
      <span className={joined(styles['item'], styles['machine'])} title="Memory, server and engine">
        <Icon name="memory-stick" size={12} />
        <span className={styles['memory']}>{shownBytes(status.memoryBytes)}</span>
      </span>
    </>
  )
}
