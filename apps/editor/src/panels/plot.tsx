import { useEffect, useRef, useState } from 'react'
import 'uplot/dist/uPlot.min.css'
import { useWorkbench } from '../shell/context.tsx'
import { createLivePlot, type LegendEntry, type LivePlot, type PlotLook } from './live-plot.ts'
import styles from './panel.module.css'
import { addPoints, keptMs, seriesFrom, type SeriesByName } from './series.ts'

interface PlotProps extends Omit<PlotLook, 'hidden'> {
  readonly flow: string
  readonly node: string
}

const drawsEveryMs = 500

/** A live plot: history from the server, then every point as it comes. */
export function Plot(props: PlotProps) {
  const { flow, node, minutes, unit, min, max } = props
  const host = useRef<HTMLDivElement>(null)
  const series = useSeries(flow, node)
  const [legend, setLegend] = useState<readonly LegendEntry[]>([])
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const plot = createLivePlot(element, setLegend)
    const draw = () => plot.draw(series.current, { minutes, unit, min, max, hidden })
    draw()
    const timer = setInterval(draw, drawsEveryMs)
    const stop = watchLooks(element, plot)
    return () => {
      clearInterval(timer)
      stop()
      plot.close()
    }
  }, [series, minutes, unit, min, max, hidden])
  const toggle = (name: string) => {
    const next = new Set(hidden)
    if (!next.delete(name)) next.add(name)
    setHidden(next)
  }
  return (
    <>
      <div className={styles['plot']}>
        <div ref={host} className={styles['plotHost']} />
      </div>
      <Legend entries={legend} unit={unit} hidden={hidden} onToggle={toggle} />
    </>
  )
}

/** The series of the node, which grow by themselves. */
function useSeries(flow: string, node: string): { readonly current: SeriesByName } {
  const { editor, live } = useWorkbench()
  const series = useRef<SeriesByName>(new Map())
  useEffect(() => {
    let isClosed = false
    const stop = live.points.on(node, ({ series: name, ...points }) =>
      addPoints(series.current, name, points),
    )
    editor.api.points(flow, node, Date.now() - keptMs).then(
      (body) => {
        if (isClosed) return
        const arrived = series.current
        series.current = seriesFrom(body)
        for (const [name, points] of arrived) addPoints(series.current, name, points)
      },
      () => undefined,
    )
    return () => {
      isClosed = true
      stop()
    }
  }, [editor, live, flow, node])
  return series
}

function watchLooks(element: HTMLElement, plot: LivePlot): () => void {
  const sizes = new ResizeObserver(() => plot.renew())
  sizes.observe(element)
  const themes = new MutationObserver(() => plot.renew())
  themes.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  return () => {
    sizes.disconnect()
    themes.disconnect()
  }
}

interface LegendProps {
  readonly entries: readonly LegendEntry[]
  readonly unit: string
  readonly hidden: ReadonlySet<string>
  readonly onToggle: (name: string) => void
}

/** Names and values; a click switches a line off and on. */
function Legend({ entries, unit, hidden, onToggle }: LegendProps) {
  if (entries.length === 0)
    return (
      <p className={styles['legendEmpty']}>
        No points yet. They come with the messages that reach the chart.
      </p>
    )
  return (
    <ul className={styles['legend']} aria-label="Lines">
      {entries.map(({ name, color, style, value }) => (
        <li key={name}>
          <button
            type="button"
            className={styles['line']}
            aria-pressed={!hidden.has(name)}
            onClick={() => onToggle(name)}
          >
            <span className={styles['swatch']} style={{ borderTop: `3px ${style} ${color}` }} />
            <span className={styles['lineName']}>{name}</span>
            <span className={styles['lineValue']}>
              {value === undefined ? '–' : `${rounded(value)} ${unit}`}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function rounded(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 5 })
}
