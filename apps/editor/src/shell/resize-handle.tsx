import type { KeyboardEvent, PointerEvent } from 'react'
import styles from './regions.module.css'

export interface ResizeHandleProps {
  /** The edge of the part that it moves. */
  readonly side: 'left' | 'top'
  readonly label: string
  readonly size: number
  readonly range: readonly [number, number]
  readonly onResize: (size: number) => void
}

const keyStep = 16

/** An edge that can be dragged, or moved by the arrow keys. */
export function ResizeHandle({ side, label, size, range, onResize }: ResizeHandleProps) {
  const [least, most] = range
  const resize = (wanted: number) => onResize(Math.max(least, Math.min(most, Math.round(wanted))))
  const isUpright = side === 'left'
  const start = (event: PointerEvent<HTMLDivElement>) => {
    const handle = event.currentTarget
    const from = isUpright ? event.clientX : event.clientY
    handle.setPointerCapture(event.pointerId)
    const move = (moved: globalThis.PointerEvent) =>
      resize(size + from - (isUpright ? moved.clientX : moved.clientY))
    const end = () => {
      handle.removeEventListener('pointermove', move)
      handle.removeEventListener('pointerup', end)
      handle.removeEventListener('pointercancel', end)
    }
    handle.addEventListener('pointermove', move)
    handle.addEventListener('pointerup', end)
    handle.addEventListener('pointercancel', end)
  }
  const step = (event: KeyboardEvent) => {
    if (event.key === (isUpright ? 'ArrowLeft' : 'ArrowUp')) resize(size + keyStep)
    else if (event.key === (isUpright ? 'ArrowRight' : 'ArrowDown')) resize(size - keyStep)
    else return
    event.preventDefault()
  }
  return (
    <div
      className={styles[isUpright ? 'handleLeft' : 'handleTop']}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={isUpright ? 'vertical' : 'horizontal'}
      aria-valuenow={size}
      aria-valuemin={least}
      aria-valuemax={most}
      onPointerDown={start}
      onKeyDown={step}
    />
  )
}
