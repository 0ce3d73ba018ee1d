import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useWorkbench } from '../shell/context.tsx'
import { addPoints, joined, seriesFrom, type SeriesByName } from './series.ts'

interface PlotProps {
  readonly flow: string
  readonly node: string
  readonly minutes: number
}

const hues = [225, 45, 155, 310, 95, 25, 265, 185]

/** A live plot: history from the server, then every point as it comes. */
export function Plot({ flow, node, minutes }: PlotProps) {
  const { editor, live } = useWorkbench()
  const host = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    let all: SeriesByName = new Map()
    let plot: uPlot | undefined
    let names = ''
    let isDrawn = true
    let isClosed = false
    const draw = () => {
      isDrawn = true
      const since = Date.now() - minutes * 60_000
      const columns = joined(all, since)
      // uPlot's type wants a tuple; the first column is the times.
      const table = columns as unknown as uPlot.AlignedData
      const now = [...all.keys()].join('\n')
      if (plot === undefined || now !== names) {
        plot?.destroy()
        names = now
        plot = new uPlot(optionsFor([...all.keys()], element), table, element)
      } else plot.setData(table)
      plot.setScale('x', { min: since / 1000, max: Date.now() / 1000 })
    }
    const stop = live.points.on(node, ({ series, times, values }) => {
      addPoints(all, series, { times, values })
      isDrawn = false
    })
    void editor.api
      .points(flow, node, Date.now() - 3_600_000)
      .then((body) => {
        const fresh = all
        all = seriesFrom(body)
        for (const [name, points] of fresh) addPoints(all, name, points)
        if (!isClosed) draw()
      })
      .catch(() => undefined)
    const timer = setInterval(() => !isDrawn && draw(), 500)
    const sizes = new ResizeObserver(() => plot?.setSize(sizeOf(element)))
    sizes.observe(element)
    const themes = new MutationObserver(() => {
      names = '\u0000'
      draw()
    })
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      isClosed = true
      stop()
      clearInterval(timer)
      sizes.disconnect()
      themes.disconnect()
      plot?.destroy()
    }
  }, [editor, live, flow, node, minutes])
  return <div ref={host} style={{ position: 'absolute', inset: '4px 8px' }} />
}

const legendHeight = 28

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return {
    width: Math.max(120, element.clientWidth),
    height: Math.max(80, element.clientHeight - legendHeight),
  }
}

function optionsFor(names: readonly string[], element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(document.documentElement)
  const line = style.getPropertyValue('--line')
  const text = style.getPropertyValue('--text-dim')
  const isDark = document.documentElement.dataset['theme'] === 'dark'
  const axis = {
    stroke: text,
    font: '11px sans-serif',
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
  }
  return {
    ...sizeOf(element),
    scales: { x: { time: true, auto: false } },
    cursor: { y: false },
    legend: { show: names.length <= 12 },
    axes: [axis, { ...axis, size: 48 }],
    series: [
      {},
      ...names.map((label, index) => ({
        label,
        stroke: `oklch(${isDark ? 0.76 : 0.58} 0.11 ${hues[index % hues.length]})`,
        width: 1.5,
        spanGaps: true,
        points: { show: false },
      })),
    ],
  }
}
