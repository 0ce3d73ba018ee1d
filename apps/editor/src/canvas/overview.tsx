import { useEffect, useRef } from 'react'
import { OverviewPainter } from './overview-painter.ts'
import { useStage } from './stage-context.tsx'
import styles from './overview.module.css'

/** The flow from far away: boxes and lines, painted, however many there are. */
export function Overview() {
  const stage = useStage()
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    if (canvas.current === null) return undefined
    const painter = new OverviewPainter(stage, canvas.current)
    return painter.open()
  }, [stage])
  return <canvas ref={canvas} className={styles['overview']} aria-hidden data-testid="overview" />
}
