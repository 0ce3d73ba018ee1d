import { useStore } from 'zustand'
import { tidyUp } from '../shell/actions/arrange-actions.ts'
import { useWorkbench } from '../shell/context.tsx'
import type { LiveMode } from '../shell/layout.ts'
import { Button, IconButton, Menu, type MenuEntry } from '../ui/index.ts'
import styles from './canvas-toolbar.module.css'
import { useViewport } from './overlays.tsx'

const modes: readonly { readonly mode: LiveMode; readonly label: string; readonly icon: string }[] =
  [
    { mode: 'full', label: 'Live: all numbers', icon: 'activity' },
    { mode: 'calm', label: 'Calm: where the pointer is', icon: 'waves' },
    { mode: 'off', label: 'Off', icon: 'eye-off' },
  ]

/** Zoom, layout and how much of what happens is shown. */
export function CanvasToolbar() {
  const workbench = useWorkbench()
  const { layout, view } = workbench
  const liveMode = useStore(layout, (state) => state.liveMode)
  const isMinimapShown = useStore(layout, (state) => state.isMinimapShown)
  const entries: readonly MenuEntry[] = modes.map(({ mode, label, icon }) => ({
    label,
    icon,
    isChosen: mode === liveMode,
    run: () => layout.setState({ liveMode: mode }),
  }))
  const shown = modes.find(({ mode }) => mode === liveMode)
  return (
    <div className={styles['bar']} role="toolbar" aria-label="View of the canvas" data-over-canvas>
      <IconButton
        size="small"
        icon="minus"
        label="Zoom out"
        shortcut="Mod+-"
        side="top"
        onClick={() => view.zoomBy(0.8)}
      />
      <ZoomButton />
      <IconButton
        size="small"
        icon="plus"
        label="Zoom in"
        shortcut="Mod+="
        side="top"
        onClick={() => view.zoomBy(1.25)}
      />
      <IconButton
        size="small"
        icon="maximize"
        label="Zoom to fit"
        shortcut="Shift+1"
        side="top"
        data-testid="zoom-fit"
        onClick={() => view.fit()}
      />
      <span className={styles['rule']} />
      <IconButton
        size="small"
        icon="layout-grid"
        label="Tidy up"
        shortcut="Alt+Shift+T"
        side="top"
        data-testid="tidy"
        onClick={() => void tidyUp(workbench)}
      />
      <IconButton
        size="small"
        icon="map"
        label="Minimap"
        shortcut="Shift+M"
        side="top"
        isActive={isMinimapShown}
        onClick={() => layout.setState({ isMinimapShown: !isMinimapShown })}
      />
      <Menu entries={entries} side="top">
        <Button
          look="quiet"
          size="small"
          icon={shown?.icon ?? 'activity'}
          aria-label={`Live numbers: ${liveMode}`}
          className={styles['live']}
          data-testid="live-mode"
        />
      </Menu>
    </div>
  )
}

function ZoomButton() {
  const { view } = useWorkbench()
  const { zoom } = useViewport()
  return (
    <Button
      look="quiet"
      size="small"
      className={styles['zoom']}
      aria-label={`Zoom ${Math.round(zoom * 100)} percent; set to 100 percent`}
      data-testid="zoom"
      onClick={() => view.zoomTo(1)}
    >
      {Math.round(zoom * 100)} %
    </Button>
  )
}
