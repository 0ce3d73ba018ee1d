import { createHash } from 'node:crypto'
import type { Flow, FlowNode } from '@millrace/flow'
import { alertPanel, chartPanel, storePanels } from './panels.ts'
import type { Panel } from './panels.ts'

/** As Grafana reads it: from a file that provisions it, by import, or over its API. */
export interface Dashboard {
  /** The same for the same flow, so that made again it is changed and not doubled. */
  readonly uid: string
  readonly title: string
  readonly panels: readonly object[]
  readonly [property: string]: unknown
}

/** The data source by which dashboards of a server read what its flows keep. */
export const usualDataSource = 'millrace'

const panelWidth = 12
const panelHeight = 8
/** Grafana takes no longer ones. */
const uidCharactersMax = 40

/** What a flow shows and keeps, as a dashboard: a panel for each chart, stored field and alert. */
export function dashboardOf(flow: Flow, dataSource: string = usualDataSource): Dashboard {
  const nodes = flow.nodes.filter(({ isDisabled }) => isDisabled !== true)
  const panels = nodes.flatMap((node) => panelsOf(flow, node))
  return {
    uid: dashboardUid(flow.name),
    title: flow.title,
    description: flow.description ?? `What the flow ${flow.title} shows and keeps in Millrace.`,
    tags: ['millrace'],
    timezone: 'browser',
    schemaVersion: 39,
    editable: true,
    refresh: '10s',
    time: { from: 'now-1h', to: 'now' },
    annotations: { list: nodes.flatMap(annotationsOf) },
    panels: panels.map((panel, at) => placed(panel, at, dataSource)),
  }
}

export function dashboardUid(flow: string): string {
  const uid = `millrace-${flow}`
  if (uid.length <= uidCharactersMax) return uid
  return `millrace-${createHash('sha256').update(flow).digest('hex').slice(0, 24)}`
}

function panelsOf(flow: Flow, node: FlowNode): readonly Panel[] {
  switch (node.type) {
    case 'core/chart':
      return [chartPanel(flow, node)]
    case 'store/write':
      return storePanels(flow, node)
    case 'core/alert':
      return [alertPanel(node)]
    default:
      return []
  }
}

function placed({ targets, ...panel }: Panel, at: number, uid: string): object {
  const datasource = { type: 'prometheus', uid }
  const perRow = 24 / panelWidth
  const gridPos = {
    x: (at % perRow) * panelWidth,
    y: Math.floor(at / perRow) * panelHeight,
    w: panelWidth,
    h: panelHeight,
  }
  if (targets === undefined) return { id: at + 1, gridPos, ...panel }
  const queries = targets.map((target) => ({ datasource, ...target }))
  return { id: at + 1, gridPos, datasource, ...panel, targets: queries }
}

/** What annotation nodes of the flow mark is shown over all panels, by the tags that they set. */
function annotationsOf(node: FlowNode): readonly object[] {
  if (node.type !== 'grafana/annotation') return []
  const rows: readonly unknown[] = Array.isArray(node.config['tags']) ? node.config['tags'] : []
  const tags = rows.flatMap((row) => {
    const tag = typeof row === 'object' && row !== null && 'tag' in row ? row.tag : undefined
    // One that differs from message to message is none to choose by.
    return typeof tag === 'string' && tag !== '' && !tag.includes('{{') ? [tag] : []
  })
  if (tags.length === 0) return []
  return [
    {
      name: node.name ?? tags.join(', '),
      enable: true,
      datasource: { type: 'grafana', uid: '-- Grafana --' },
      iconColor: 'orange',
      target: { type: 'tags', tags, matchAny: false, limit: 100 },
    },
  ]
}
