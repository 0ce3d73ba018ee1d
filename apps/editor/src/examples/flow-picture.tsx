import { useMemo } from 'react'
import { useStore } from 'zustand'
import type { Flow } from '@millrace/flow'
import { useWorkbench } from '../shell/context.tsx'
import { drawFlow } from './draw-flow.ts'
import styles from './flow-picture.module.css'

const margin = 24

/** A flow drawn small, in the colours of the theme. What it is stands beside it. */
export function FlowPicture({ flow }: { readonly flow: Flow }) {
  const { editor } = useWorkbench()
  const catalog = useStore(editor.catalog)
  const { area, cards, wires } = useMemo(() => drawFlow(flow, catalog), [flow, catalog])
  const view = [
    area.x - margin,
    area.y - margin,
    area.width + 2 * margin,
    area.height + 2 * margin,
  ].join(' ')
  return (
    <svg className={styles['picture']} viewBox={view} aria-hidden>
      {wires.map(({ id, path }) => (
        <path key={id} className={styles['wire']} d={path} />
      ))}
      {cards.map(({ id, x, y, width, height, category, nameWidth }) => (
        <g key={id} transform={`translate(${x} ${y})`}>
          <rect className={styles['card']} width={width} height={height} rx={10} />
          <rect
            x={14}
            y={height / 2 - 14}
            width={28}
            height={28}
            rx={7}
            fill={`var(--tint-${category})`}
          />
          <rect
            className={styles['name']}
            x={54}
            y={height / 2 - 5}
            width={nameWidth}
            height={10}
            rx={5}
          />
        </g>
      ))}
    </svg>
  )
}
