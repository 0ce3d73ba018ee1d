import type { FlowEditor } from '../model/index.ts'
import { useFlowState } from '../shell/context.tsx'
import styles from './store-section.module.css'

interface StoreSectionProps {
  readonly flow: FlowEditor
  readonly id: string
}

/** Where to get at what the node has kept over time, for the nodes that keep something. */
export function StoreSection({ flow, id }: StoreSectionProps) {
  const type = useFlowState(flow, ({ document }) => document.nodes.get(id)?.type)
  const csv = csvAddress(type, flow.name, id)
  if (csv === undefined) return null
  const { origin } = globalThis.location
  return (
    <section className={styles['section']} aria-label="Kept over time" data-testid="store">
      <h3 className={styles['heading']}>Kept over time</h3>
      <p>
        <a href={csv} download>
          Download as CSV
        </a>
      </p>
      <dl className={styles['places']}>
        <dt>Grafana, Prometheus data source</dt>
        <dd>
          <code>{origin}/prometheus</code>
        </dd>
        <dt>Grafana, InfluxDB data source (InfluxQL)</dt>
        <dd>
          <code>{origin}/influxdb</code>, database <code>{databaseOf(type, flow.name)}</code>
        </dd>
      </dl>
    </section>
  )
}

/** What charts drew is kept by the server, for all flows in one. */
const chartStore = '_charts'

function databaseOf(type: string | undefined, flow: string): string {
  return type === 'core/chart' ? chartStore : flow
}

function csvAddress(type: string | undefined, flow: string, id: string): string | undefined {
  if (type === 'store/write') return `/api/stores/${flow}/csv`
  if (type !== 'core/chart') return undefined
  return `/api/stores/${chartStore}/csv?${new URLSearchParams({ 'tag.flow': flow, 'tag.id': id })}`
}
