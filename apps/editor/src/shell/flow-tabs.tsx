import {
  useEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
} from 'react'
import { useStore } from 'zustand'
import type { DeploymentState } from '@millrace/protocol'
import { titleOf, type FlowEditor } from '../model/index.ts'
import { IconButton, joined, MenuAt, type MenuEntry } from '../ui/index.ts'
import { useFlowState, useWorkbench } from './context.tsx'
import styles from './flow-tabs.module.css'

/** The open flows. */
export function FlowTabs() {
  const { editor, layout } = useWorkbench()
  const isNaming = useStore(layout, ({ isNamingFlow }) => isNamingFlow)
  const tabs = useStore(editor.session, (state) => state.tabs)
  const active = useStore(editor.session, (state) => state.active)
  const list = useRef<HTMLDivElement>(null)
  useActiveShown(list, active)
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (step === undefined || active === undefined || event.target instanceof HTMLInputElement)
      return
    event.preventDefault()
    const next = tabs[(tabs.indexOf(active) + step + tabs.length) % tabs.length]
    if (next === undefined) return
    void editor.openFlow(next)
    list.current?.querySelector<HTMLElement>(`[data-tab="${CSS.escape(next)}"]`)?.focus()
  }
  return (
    <nav className={styles['bar']} aria-label="Open flows">
      <div ref={list} className={styles['tabs']} role="tablist" tabIndex={-1} onKeyDown={onKeyDown}>
        {tabs.map((name) => (
          <FlowTab key={name} name={name} isActive={name === active} />
        ))}
        {isNaming && <NewTab />}
      </div>
      <IconButton
        icon="plus"
        label="New flow"
        className={styles['add']}
        data-testid="new-flow"
        onClick={() => layout.setState({ isNamingFlow: true })}
      />
    </nav>
  )
}

/** Where there are more tabs than fit, the one in front is in view, also when the bar gets narrower. */
function useActiveShown(list: RefObject<HTMLDivElement | null>, active: string | undefined): void {
  useEffect(() => {
    const tabs = list.current
    if (tabs === null || active === undefined) return undefined
    const show = () => {
      const label = tabs.querySelector(`[data-tab="${CSS.escape(active)}"]`)
      label?.parentElement?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    }
    const observer = new ResizeObserver(show)
    observer.observe(tabs)
    show()
    return () => observer.disconnect()
  }, [list, active])
}

interface FlowTabProps {
  readonly name: string
  readonly isActive: boolean
}

function FlowTab({ name, isActive }: FlowTabProps) {
  const { editor, layout, view } = useWorkbench()
  const summary = useStore(editor.session, ({ flows }) => flows.find((flow) => flow.name === name))
  const flow = useStore(editor.session, ({ editors }) => editors.get(name))
  const [isRenaming, setRenaming] = useState(false)
  const [menuAt, setMenuAt] = useState<{ x: number; y: number }>()
  const title = summary?.title ?? name
  const entries: readonly MenuEntry[] = [
    {
      label: 'Rename',
      icon: 'pencil',
      isDisabled: flow === undefined,
      run: () => setRenaming(true),
    },
    {
      label: 'Export…',
      icon: 'file-down',
      run: () => layout.openDialog({ kind: 'export', flows: [name] }),
    },
    {
      label: 'Grafana dashboard…',
      icon: 'layout-dashboard',
      run: () => layout.openDialog({ kind: 'grafana', flow: name }),
    },
    { separator: true },
    { label: 'Close', icon: 'x', run: () => editor.closeTab(name) },
    {
      label: 'Delete flow…',
      icon: 'trash-2',
      isDangerous: true,
      run: () => layout.openDialog({ kind: 'delete-flow', flow: name }),
    },
  ]
  return (
    <div
      className={joined(styles['tab'], isActive && styles['active'])}
      onDoubleClick={() => setRenaming(flow !== undefined)}
      onContextMenu={(event) => {
        event.preventDefault()
        setMenuAt({ x: event.clientX, y: event.clientY })
      }}
      onPointerDown={(event) => startReorder(event, (to) => editor.moveTab(name, to))}
      onAuxClick={(event) => event.button === 1 && editor.closeTab(name)}
      role="presentation"
    >
      {isRenaming && flow !== undefined ? (
        <TitleInput
          flow={flow}
          onDone={(isByKey) => {
            setRenaming(false)
            if (isByKey) view.focus()
          }}
        />
      ) : (
        <button
          type="button"
          role="tab"
          className={styles['label']}
          aria-selected={isActive}
          tabIndex={isActive ? 0 : -1}
          data-tab={name}
          data-testid={`tab-${name}`}
          title={title}
          onClick={() => void editor.openFlow(name)}
          onKeyDown={(event) => {
            if (event.key === 'F2') setRenaming(flow !== undefined)
            if (event.key !== 'Delete') return
            event.preventDefault()
            editor.closeTab(name)
          }}
        >
          <StateDot state={summary?.deployment.state ?? 'stopped'} />
          <span className={styles['title']}>{title}</span>
          {flow === undefined ? (
            summary?.hasUndeployedChanges === true && <UndeployedDot />
          ) : (
            <UndeployedMark flow={flow} />
          )}
        </button>
      )}
      {/* For the mouse; by keys it is Delete on the tab. */}
      <span
        className={styles['close']}
        aria-hidden
        data-testid={`close-${name}`}
        onPointerDown={(event) => event.stopPropagation()}
        onClick={() => editor.closeTab(name)}
      >
        ×
      </span>
      {menuAt !== undefined && (
        <MenuAt at={menuAt} entries={entries} onClose={() => setMenuAt(undefined)} />
      )}
    </div>
  )
}

const stateWords: Readonly<Record<DeploymentState, string>> = {
  stopped: 'stopped',
  starting: 'starting',
  running: 'running',
  restarting: 'restarting',
  failed: 'failed',
  quarantined: 'stopped after too many failures',
}

/** How the flow does: by shape as well as by colour. */
export function StateDot({ state }: { readonly state: DeploymentState }) {
  return (
    <span className={styles['state']} data-state={state}>
      <span className="unseen">{stateWords[state]}</span>
    </span>
  )
}

function UndeployedMark({ flow }: { readonly flow: FlowEditor }) {
  useFlowState(flow, ({ document }) => document.nodes)
  useFlowState(flow, ({ document }) => document.wires)
  useFlowState(flow, ({ deployed }) => deployed)
  return flow.undeployed().count > 0 ? <UndeployedDot /> : null
}

function UndeployedDot() {
  return (
    <span className={styles['undeployed']} title="Changes not deployed yet">
      <span className="unseen">, changes not deployed</span>
    </span>
  )
}

interface TitleInputProps {
  readonly flow: FlowEditor
  readonly onDone: (isByKey: boolean) => void
}

function TitleInput({ flow, onDone }: TitleInputProps) {
  const title = useFlowState(flow, ({ document }) => titleOf(document))
  const accept = (text: string, isByKey: boolean) => {
    if (text !== '' && text !== title) flow.setTitle(text)
    onDone(isByKey)
  }
  return <TitleBox start={title} onAccept={accept} onCancel={() => onDone(true)} />
}

const untitled = 'New flow'

/** A flow that is there once it has a title, by which its file is called too; Escape makes none. */
function NewTab() {
  const { editor, layout, view } = useWorkbench()
  const close = () => layout.setState({ isNamingFlow: false })
  const create = async (text: string, isByKey: boolean) => {
    close()
    const flow = await editor.createFlow(text === '' ? untitled : text)
    // The canvas takes the focus once it has been drawn.
    if (flow !== undefined && isByKey) setTimeout(() => view.focus(), 50)
  }
  const cancel = () => {
    close()
    view.focus()
  }
  return (
    <div className={joined(styles['tab'], styles['active'])} role="presentation">
      <TitleBox
        start=""
        placeholder={untitled}
        onAccept={(text, isByKey) => void create(text, isByKey)}
        onCancel={cancel}
      />
    </div>
  )
}

interface TitleBoxProps {
  readonly start: string
  readonly placeholder?: string
  readonly onAccept: (text: string, isByKey: boolean) => void
  readonly onCancel: () => void
}

function TitleBox({ start, placeholder, onAccept, onCancel }: TitleBoxProps) {
  const [text, setText] = useState(start)
  // What a key ended is not ended again by the focus that goes with it.
  const isDone = useRef(false)
  const end = (act: () => void) => {
    if (isDone.current) return
    isDone.current = true
    act()
  }
  return (
    <input
      className={styles['input']}
      aria-label="Title of the flow"
      value={text}
      placeholder={placeholder}
      maxLength={100}
      // It was asked for by a double click or F2, or belongs to a new flow.
      // oxlint-disable-next-line jsx-a11y/no-autofocus
      autoFocus
      onFocus={(event) => event.target.select()}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => end(() => onAccept(text.trim(), false))}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Enter') end(() => onAccept(text.trim(), true))
        if (event.key === 'Escape') end(onCancel)
      }}
    />
  )
}

/** Takes the tab along with the pointer; the others make way. */
function startReorder(event: PointerEvent<HTMLElement>, moveTo: (to: number) => void): void {
  if (event.button !== 0 || event.target instanceof HTMLInputElement) return
  const tab = event.currentTarget
  const from = event.clientX
  const move = (moved: globalThis.PointerEvent) => {
    if (Math.abs(moved.clientX - from) < 6) return
    const tabs = [...(tab.parentElement?.children ?? [])]
    const others = tabs.filter((other) => other !== tab)
    const to = others.filter((other) => {
      const { left, width } = other.getBoundingClientRect()
      return moved.clientX > left + width / 2
    }).length
    if (tabs.indexOf(tab) !== to) moveTo(to)
  }
  const end = () => {
    removeEventListener('pointermove', move)
    removeEventListener('pointerup', end)
  }
  addEventListener('pointermove', move)
  addEventListener('pointerup', end)
}
