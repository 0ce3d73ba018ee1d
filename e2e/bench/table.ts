/** One figure of one system, from several runs. */
export interface Figure {
  readonly scenario: string
  readonly measure: string
  readonly unit: string
  readonly millrace: readonly number[]
  readonly peer: readonly number[]
  /** Whether less is better; decides how the ratio is written. */
  readonly isCost: boolean
  /** What the project set itself, in words, such as "≤ 1/3". */
  readonly goal?: string
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** The figures as a Markdown table, medians with the range of the runs. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const [ours, theirs] = [median(figure.millrace), median(figure.peer)]
    const ratio = figure.isCost ? theirs / ours : ours / theirs
    return [
      figure.scenario,
      `${figure.measure} (${figure.unit})`,
      spread(figure.millrace),
      spread(figure.peer),
      Number.isFinite(ratio) ? `${ratio.toFixed(1)} ×` : '–',
      figure.goal ?? '',
    ]
  })
  const head = ['scenario', 'measure', 'Millrace', 'Node-RED 5.0.7', 'better by', 'goal']
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function spread(numbers: readonly number[]): string {
  if (numbers.length === 0) return '–'
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)]
  const middle = `**${short(median(numbers))}**`
  return numbers.length === 1 ? middle : `${middle} [${short(low)} – ${short(high)}]`
}

function short(number: number): string {
  const size = Math.abs(number)
  if (size >= 1000) return Math.round(number).toLocaleString('en-US')
  return size >= 100 ? number.toFixed(0) : size >= 10 ? number.toFixed(1) : number.toFixed(2)
}
