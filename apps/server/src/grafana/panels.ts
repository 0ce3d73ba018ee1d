import type { Flow, FlowNode } from '@millrace/flow'

export interface Target {
  readonly refId: string
  /** PromQL. */
  readonly expr: string
  readonly legendFormat: string
  readonly range: true
}

/** A panel without its place and data source. */
export interface Panel {
  readonly type: string
  readonly title: string
  readonly targets?: readonly Target[]
  readonly [property: string]: unknown
}

/** What a chart drew: the server keeps it as the metric `chart`, a line a series. */
export function chartPanel(flow: Flow, node: FlowNode): Panel {
  const { title, unit, min, max } = node.config
  const name = textOf(title) || node.name || 'Chart'
  const expr = `chart{flow=${quoted(flow.name)},id=${quoted(node.id)}}`
  return graph(name, [target(expr, '{{line}}')], { unit: textOf(unit), min, max })
}

/** A panel for each field of numbers that is stored. */
export function storePanels(flow: Flow, node: FlowNode): readonly Panel[] {
  const measurement = textOf(node.config['measurement'])
  const tags = rowsOf(node.config['tags'])
    .map((row) => textOf(row['name']))
    .filter((name) => name !== '')
  const legend = tags.map((tag) => `{{${labelName(tag)}}}`).join(' ')
  const given = rowsOf(node.config['fields'])
  const rows = given.length === 0 ? [{ name: 'value' }] : given
  const fields = rows.filter((row) => row['type'] !== 'text').map((row) => textOf(row['name']))
  return fields.map((field) => {
    const selector = `${metricMatcher(measurement, field)},flow=${quoted(flow.name)}`
    const title = field === 'value' ? measurement : `${measurement} ${field}`
    return graph(title, [target(`{${selector}}`, legend)], {})
  })
}

/** Alerts stay in Millrace; what Grafana can show of them is where they are. */
export function alertPanel(node: FlowNode): Panel {
  const name = node.name ?? 'Alert'
  const content = `Alerts of **${name}** are shown and acknowledged in Millrace. A *Grafana annotation* node behind it marks them on these graphs.`
  return { type: 'text', title: name, options: { mode: 'markdown', content } }
}

/**
 * The metric of a measurement and field, as the data source calls it. Where the measurement is made
 * of the message, any text may stand in its place.
 */
function metricMatcher(measurement: string, field: string): string {
  const whole = field === 'value' ? measurement : `${measurement}_${field}`
  const parts = whole.split(/\{\{.*?\}\}/s).map((part) => part.replaceAll(/[^a-zA-Z0-9_:]/g, '_'))
  const [first = '', ...rest] = parts
  const head = /^\d/.test(first) ? `_${first}` : first
  if (rest.length === 0) return `__name__=${quoted(head)}`
  return `__name__=~${quoted([head, ...rest].join('.*'))}`
}

function labelName(tag: string): string {
  const name = tag.replaceAll(/[^a-zA-Z0-9_]/g, '_')
  return /^\d/.test(name) ? `_${name}` : name
}

function target(expr: string, legendFormat: string): Target {
  return {
    refId: 'A',
    expr,
    legendFormat: legendFormat === '' ? '__auto' : legendFormat,
    range: true,
  }
}

interface Axis {
  readonly unit?: string
  readonly min?: unknown
  readonly max?: unknown
}

function graph(title: string, targets: readonly Target[], { unit = '', min, max }: Axis): Panel {
  const defaults = {
    ...(unit === '' ? {} : { unit: `suffix: ${unit}` }),
    ...(typeof min === 'number' ? { min } : {}),
    ...(typeof max === 'number' ? { max } : {}),
    custom: { drawStyle: 'line', lineWidth: 1, fillOpacity: 10, spanNulls: 60_000 },
  }
  return {
    type: 'timeseries',
    title,
    targets,
    fieldConfig: { defaults, overrides: [] },
    options: { legend: { showLegend: true, displayMode: 'list', placement: 'bottom' } },
  }
}

type Row = Readonly<Record<string, unknown>>

function rowsOf(value: unknown): readonly Row[] {
  const rows: readonly unknown[] = Array.isArray(value) ? value : []
  return rows.filter((row): row is Row => typeof row === 'object' && row !== null)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** A text of PromQL, whose escapes are those of Go. */
function quoted(text: string): string {
  return JSON.stringify(text)
}
