/** What a soak run looked like at one moment. */
export interface SoakSample {
  readonly seconds: number
  readonly memoryMb: number
  readonly cpuUs: number
}

const size = { width: 800, height: 220, left: 60, top: 40, bottom: 28 }

/** Memory over time above CPU a message over time, as an SVG document. */
export function soakPlot(title: string, samples: readonly SoakSample[]): string {
  const memory = samples.map(({ seconds, memoryMb }) => [seconds, memoryMb] as const)
  const cpu = samples.map(({ seconds, cpuUs }) => [seconds, cpuUs] as const)
  const panels = [
    panel({ label: 'memory (MB)', points: memory, top: 0 }),
    panel({ label: 'CPU (µs a message)', points: cpu, top: size.height }),
  ]
  const height = size.height * 2
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" font-family="sans-serif" font-size="12">
<rect width="${size.width}" height="${height}" fill="white"/>
<text x="${size.left}" y="16" font-weight="bold">${title}</text>
${panels.join('\n')}
</svg>
`
}

interface Panel {
  readonly label: string
  readonly points: readonly (readonly [number, number])[]
  readonly top: number
}

function panel({ label, points, top }: Panel): string {
  const most = Math.max(1, ...points.map(([, value]) => value)) * 1.1
  const seconds = Math.max(1, ...points.map(([at]) => at))
  const bottom = top + size.height - size.bottom
  const height = size.height - size.top - size.bottom
  const width = size.width - size.left - 20
  const line = points.map(([at, value]) => {
    const x = size.left + (at / seconds) * width
    return `${x.toFixed(1)},${(bottom - (value / most) * height).toFixed(1)}`
  })
  const marks = [0, 0.5, 1].map((share) => {
    const y = bottom - share * height
    return `<line x1="${size.left}" x2="${size.left + width}" y1="${y}" y2="${y}" stroke="#ddd"/><text x="${size.left - 8}" y="${y + 4}" text-anchor="end">${(most * share).toFixed(0)}</text>`
  })
  const end = `<text x="${size.left + width}" y="${bottom + 18}" text-anchor="end">${Math.round(seconds / 60)} min</text>`
  return `<text x="${size.left}" y="${top + size.top - 8}">${label}</text>
${marks.join('')}${end}
<polyline fill="none" stroke="#2563eb" stroke-width="1.5" points="${line.join(' ')}"/>`
}
