import uPlot from 'uplot'
import { rangeOf } from './axis-range.ts'
import { dashOf, inOrderOfNames, lineColor, lineStyle, type LineStyle } from './line-look.ts'
import { joined, type SeriesByName } from './series.ts'

export interface PlotLook {
  readonly minutes: number
  readonly unit: string
  /** Ends of the axis; what is absent follows the values. */
  readonly min: number | undefined
  readonly max: number | undefined
  /** Names of the lines that are switched off. */
  readonly hidden: ReadonlySet<string>
}

/** What stands beside a line: its newest value, or the one under the pointer. */
export interface LegendEntry {
  readonly name: string
  readonly color: string
  readonly style: LineStyle
  readonly value: number | undefined
}

export interface LivePlot {
  draw(series: SeriesByName, look: PlotLook): void
  /** Takes new sizes and colours at the next drawing. */
  renew(): void
  close(): void
}

/** Draws lines into an element, and tells what the legend should say. */
export function createLivePlot(
  element: HTMLElement,
  onLegend: (entries: readonly LegendEntry[]) => void,
): LivePlot {
  let plot: uPlot | undefined
  let madeFor = ''
  let names: readonly string[] = []
  let table: (number | null)[][] = [[]]
  const tellLegend = () => {
    const at = plot?.cursor.idx ?? undefined
    onLegend(
      names.map((name, index) => {
        const column = table[index + 1] ?? []
        const value = at === undefined ? column.findLast((each) => each !== null) : column[at]
        const style = lineStyle(index)
        return { name, color: lineColor(index), style, value: value ?? undefined }
      }),
    )
  }
  return {
    draw(unordered, look) {
      const series = inOrderOfNames(unordered)
      const since = Date.now() - look.minutes * 60_000
      names = [...series.keys()]
      table = joined(series, since)
      // uPlot's type wants a tuple; the first column is the times.
      const data = table as unknown as uPlot.AlignedData
      const made = JSON.stringify([names, look.unit, look.min, look.max, [...look.hidden]])
      if (plot === undefined || made !== madeFor) {
        plot?.destroy()
        madeFor = made
        plot = new uPlot({ ...optionsFor(names, look), ...sizeOf(element) }, data, element)
        plot.over.addEventListener('mouseleave', tellLegend)
        plot.over.addEventListener('mousemove', tellLegend)
      } else plot.setData(data)
      plot.setScale('x', { min: since / 1000, max: Date.now() / 1000 })
      tellLegend()
    },
    renew() {
      plot?.setSize(sizeOf(element))
      madeFor = ''
    },
    close: () => plot?.destroy(),
  }
}

function sizeOf({ clientWidth, clientHeight }: HTMLElement): { width: number; height: number } {
  return { width: Math.max(120, clientWidth), height: Math.max(80, clientHeight) }
}

function optionsFor(
  names: readonly string[],
  look: PlotLook,
): Omit<uPlot.Options, 'width' | 'height'> {
  const style = getComputedStyle(document.documentElement)
  const line = style.getPropertyValue('--line')
  const axis = {
    stroke: style.getPropertyValue('--text-dim'),
    font: `11px ${style.getPropertyValue('--font-ui')}`,
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
  }
  const { unit, min, max } = look
  return {
    padding: [8, 16, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 7 } },
    scales: {
      x: { time: true, auto: false },
      y: { range: (_plot, low, high) => rangeOf({ low, high, min, max }) },
    },
    axes: [
      { ...axis, size: 28, values: (_plot, times) => times.map((time) => clockOf(time, look)) },
      { ...axis, size: 56, values: (_plot, values) => values.map((value) => `${value} ${unit}`) },
    ],
    series: [
      {},
      ...names.map((label, index) => ({
        label,
        show: !look.hidden.has(label),
        stroke: lineColor(index),
        dash: dashOf(index),
        width: 1.5,
        spanGaps: true,
        points: { show: false },
      })),
    ],
  }
}

function clockOf(seconds: number, { minutes }: PlotLook): string {
  const time = new Date(seconds * 1000)
  const part = (value: number) => String(value).padStart(2, '0')
  const clock = `${part(time.getHours())}:${part(time.getMinutes())}`
  return minutes > 15 ? clock : `${clock}:${part(time.getSeconds())}`
}
