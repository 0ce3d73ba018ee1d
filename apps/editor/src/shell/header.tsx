import { useStore } from 'zustand'
import { Button, IconButton, Menu, Shortcut, type MenuEntry } from '../ui/index.ts'
import type { Action } from './actions/action.ts'
import { useActions } from './actions/actions.ts'
import { useActiveFlow, useFlowState, useWorkbench } from './context.tsx'
import { DeployButton } from './deploy-button.tsx'
import styles from './header.module.css'
import { FlowTabs } from './flow-tabs.tsx'
import { Mark } from './mark.tsx'
import type { FlowEditor } from '../model/index.ts'
import { Icon } from '../ui/index.ts'

/** The line at the top: whose editor this is, which flow is in front, and what can be done with it. */
export function Header() {
  const { layout } = useWorkbench()
  const flow = useActiveFlow()
  return (
    <header className={styles['header']} data-region="header">
      <div className={styles['brand']}>
        <Mark />
        <h1 className={styles['name']}>Millrace</h1>
      </div>
      <FlowTabs />
      <div className={styles['tools']}>
        <button
          type="button"
          className={styles['search']}
          onClick={() => layout.setState({ isCommandPaletteOpen: true })}
          data-testid="command-palette-button"
        >
          <Icon name="search" size={14} />
          <span className={styles['searchText']}>Search</span>
          <Shortcut keys="Mod+K" />
        </button>
        {flow !== undefined && <UndoRedo flow={flow} />}
        <span className={styles['rule']} />
        <InspectorToggle />
        <ThemeMenu />
        <MoreMenu />
        {flow !== undefined && <DeployButton flow={flow} />}
      </div>
    </header>
  )
}

function UndoRedo({ flow }: { readonly flow: FlowEditor }) {
  const { index, transactions } = useFlowState(flow, ({ history }) => history)
  const undone = transactions[index - 1]
  const redone = transactions[index]
  return (
    <div className={styles['pair']}>
      <IconButton
        icon="undo-2"
        label={undone === undefined ? 'Undo' : `Undo: ${undone.label}`}
        shortcut="Mod+Z"
        disabled={undone === undefined}
        onClick={() => flow.undo()}
      />
      <IconButton
        icon="redo-2"
        label={redone === undefined ? 'Redo' : `Redo: ${redone.label}`}
        shortcut="Mod+Shift+Z"
        disabled={redone === undefined}
        onClick={() => flow.redo()}
      />
    </div>
  )
}

function InspectorToggle() {
  const { layout } = useWorkbench()
  const isOpen = useStore(layout, ({ isInspectorOpen }) => isInspectorOpen)
  return (
    <IconButton
      icon="panel-right"
      label="Inspector"
      shortcut="Mod+I"
      isActive={isOpen}
      data-testid="inspector-toggle"
      onClick={() => layout.setState({ isInspectorOpen: !isOpen })}
    />
  )
}

const themes = [
  { choice: 'auto', label: 'As this machine', icon: 'monitor' },
  { choice: 'light', label: 'Light', icon: 'sun' },
  { choice: 'dark', label: 'Dark', icon: 'moon' },
] as const

function ThemeMenu() {
  const { theme } = useWorkbench()
  const { choice, shown } = useStore(theme)
  const entries: readonly MenuEntry[] = themes.map((each) => ({
    label: each.label,
    icon: each.icon,
    isChosen: each.choice === choice,
    run: () => theme.choose(each.choice),
  }))
  return (
    <Menu entries={entries} align="end">
      <Button
        look="quiet"
        className={styles['iconOnly']}
        icon={shown === 'dark' ? 'moon' : 'sun'}
        aria-label="Theme"
        data-testid="theme-menu"
      />
    </Menu>
  )
}

function MoreMenu() {
  const actions = useActions()
  const entries = ['flow.import', 'flow.export', 'flow.versions', '', 'view.shortcuts'].flatMap(
    (id): MenuEntry[] => {
      if (id === '') return [{ separator: true }]
      const action = actions.find((each) => each.id === id)
      return action === undefined ? [] : [menuEntry(action)]
    },
  )
  return (
    <Menu entries={entries} align="end">
      <Button
        look="quiet"
        className={styles['iconOnly']}
        icon="ellipsis"
        aria-label="More"
        data-testid="more-menu"
      />
    </Menu>
  )
}

export function menuEntry(action: Action): MenuEntry {
  return {
    label: action.title,
    shortcut: action.keys,
    isDisabled: action.isEnabled?.() === false,
    run: action.run,
    ...(action.icon === undefined ? {} : { icon: action.icon }),
  }
}
