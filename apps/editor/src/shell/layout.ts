import type { Position, PortReference } from '@millrace/flow'
import { createStore, type StoreApi } from 'zustand/vanilla'

export type RailPanel = 'palette' | 'flows' | 'connections'
export type DrawerTab =
  | 'debug'
  | 'problems'
  | 'log'
  | 'alerts'
  | 'charts'
  | 'history'
  | 'tests'
  | 'replay'
  | 'dead-letters'

/** A window that somebody asked for. The parts that show them are in `src/dialogs`. */
export type DialogRequest =
  | { readonly kind: 'deploy' }
  /** With a version to begin with. */
  | { readonly kind: 'versions'; readonly version?: number }
  | { readonly kind: 'import'; readonly text?: string }
  | { readonly kind: 'examples' }
  | { readonly kind: 'export'; readonly flows: readonly string[] }
  | { readonly kind: 'connection'; readonly id: string }
  /** A new one; `assign` takes the id into the field that asked for it, `back` is shown after it. */
  | {
      readonly kind: 'new-connection'
      readonly type: string
      readonly assign?: (id: string) => void
      readonly back?: () => DialogRequest
    }
  /** A dashboard of a flow in Grafana; `connection` is the Grafana to begin with. */
  | { readonly kind: 'grafana'; readonly flow: string; readonly connection?: string }
  | { readonly kind: 'delete-flow'; readonly flow: string }
  | { readonly kind: 'reset-state' }
  | { readonly kind: 'shortcuts' }

/** Quick-add: a list at a point, for a node that goes there. Canvas units. */
export interface QuickAdd {
  readonly at: Position
  readonly wireFrom?: PortReference
  readonly wireTo?: PortReference
  readonly onWire?: string
  /** The node whose place the chosen type takes. */
  readonly replaces?: string
}

/** How much of what happens the canvas shows. */
export type LiveMode = 'full' | 'calm' | 'off'

/** What is open and how wide; remembered for the next visit, but for what is asked at the moment. */
export interface Layout {
  readonly rail: RailPanel | undefined
  readonly isInspectorOpen: boolean
  readonly drawer: DrawerTab
  readonly isDrawerOpen: boolean
  readonly inspectorWidth: number
  readonly drawerHeight: number
  readonly liveMode: LiveMode
  readonly isMinimapShown: boolean
  readonly dialog: DialogRequest | undefined
  readonly isCommandPaletteOpen: boolean
  /** A new flow waits for its title. */
  readonly isNamingFlow: boolean
  readonly quickAdd: QuickAdd | undefined
  /** Field of the inspector that was asked for, as from the list of problems. */
  readonly askedField: { readonly node: string; readonly field: string } | undefined
}

export interface LayoutStore extends StoreApi<Layout> {
  openDialog(dialog: DialogRequest): void
  closeDialog(): void
  showDrawer(tab: DrawerTab): void
  toggleRail(panel: RailPanel): void
  openInspector(field?: { readonly node: string; readonly field: string }): void
}

const remembered = [
  'rail',
  'isInspectorOpen',
  'drawer',
  'isDrawerOpen',
  'inspectorWidth',
  'drawerHeight',
  'liveMode',
  'isMinimapShown',
] as const

const key = 'millrace-layout'

/** Below these widths of the window, in pixels, panels are closed at first. */
const narrow = 900
const tight = 1100

export function createLayout(widthOf: () => number): LayoutStore {
  const windowWidth = widthOf()
  const isNarrow = windowWidth <= narrow
  const hasRoom = windowWidth > tight
  const store = createStore<Layout>(() => ({
    isInspectorOpen: true,
    // A first visit is to the demo, whose chart says more than words.
    drawer: 'charts',
    isDrawerOpen: !isNarrow,
    inspectorWidth: 328,
    drawerHeight: 240,
    liveMode: 'full',
    isMinimapShown: false,
    ...readRemembered(),
    ...(isNarrow ? { isInspectorOpen: false, isDrawerOpen: false } : {}),
    rail: hasRoom ? (readRemembered().rail ?? 'palette') : undefined,
    dialog: undefined,
    isCommandPaletteOpen: false,
    isNamingFlow: false,
    quickAdd: undefined,
    askedField: undefined,
  }))
  store.subscribe((state, before) => {
    // The canvas keeps the middle of a tight window: a panel that opens closes the one across.
    if (widthOf() <= tight && state.rail !== undefined && state.isInspectorOpen)
      store.setState(before.rail === state.rail ? { rail: undefined } : { isInspectorOpen: false })
  })
  store.subscribe((state) => {
    try {
      const kept = Object.fromEntries(remembered.map((name) => [name, state[name]]))
      localStorage.setItem(key, JSON.stringify(kept))
    } catch {
      // A browser that keeps nothing opens with the usual layout next time.
    }
  })
  return {
    ...store,
    openDialog: (dialog) => store.setState({ dialog, isCommandPaletteOpen: false }),
    closeDialog: () => store.setState({ dialog: undefined }),
    showDrawer: (drawer) => store.setState({ drawer, isDrawerOpen: true }),
    toggleRail: (panel) =>
      store.setState(({ rail }) => ({ rail: rail === panel ? undefined : panel })),
    openInspector: (askedField) => store.setState({ isInspectorOpen: true, askedField }),
  }
}

function readRemembered(): Partial<Layout> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '{}')
    // Written above; a value of another shape is from another version and left out.
    return typeof kept === 'object' && kept !== null ? (kept as Partial<Layout>) : {}
  } catch {
    return {}
  }
}
