import { createHash } from 'node:crypto'
import { connectionOwner } from '@millrace/flow'
import type { ConnectionDocument, Flow } from '@millrace/flow'
import type { MadeDashboard, MakeDashboardBody } from '@millrace/protocol'
import { notFound, Refusal } from '../refusal.ts'
import type { UserDirectory } from '../storage/user-directory.ts'
import { dashboardOf } from './dashboard-of.ts'
import { GrafanaClient } from './grafana-client.ts'
import type { GrafanaAnswer } from './grafana-client.ts'

/**
 * Makes the data source and the dashboard of a flow in a Grafana, or changes those that it made
 * before. A service account that may make no data sources gets the dashboard all the same.
 */
export async function makeDashboard(
  flow: Flow,
  body: MakeDashboardBody,
  directory: Pick<UserDirectory, 'connections' | 'secrets'>,
): Promise<MadeDashboard> {
  const document = directory.connections.all().get(body.connection)
  if (document === undefined || document.type !== 'grafana/connection') {
    throw notFound('CONNECTION_UNKNOWN', `"${body.connection}" is no connection to a Grafana`)
  }
  const address = dataSourceAddress(body.url)
  const client = openClient(document, directory)
  try {
    const source = await putDataSource(client, address)
    const dashboard = dashboardOf(flow, source.uid)
    const saved = await save(client, dashboard, body.folder)
    return {
      url: new URL(saved, client.base).href,
      dashboard: dashboard.uid,
      dataSource: source.uid,
      ...(source.note === undefined ? {} : { note: source.note }),
    }
  } finally {
    client.close()
  }
}

function openClient(
  { id, config }: ConnectionDocument,
  { secrets }: Pick<UserDirectory, 'secrets'>,
): GrafanaClient {
  return new GrafanaClient({ ...config, ...secrets.valuesOf(connectionOwner(id)) })
}

/** Of this server, as Grafana reaches it; its data source lies below. */
function dataSourceAddress(text: string): string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const message = 'The address of Millrace must begin with http:// or https://'
    throw new Refusal(422, { code: 'GRAFANA_BAD_ADDRESS', message, path: 'url' })
  }
  return `${url.origin}${url.pathname.replace(/\/(prometheus\/?)?$/, '')}/prometheus`
}

interface Source {
  readonly uid: string
  readonly note?: string
}

/** One for each address, whoever asks for it: so two servers do not take each other's. */
async function putDataSource(client: GrafanaClient, address: string): Promise<Source> {
  const uid = `millrace-${createHash('sha256').update(address).digest('hex').slice(0, 12)}`
  const wanted = {
    uid,
    name: `Millrace ${new URL(address).host}`,
    type: 'prometheus',
    access: 'proxy',
    url: address,
    jsonData: { httpMethod: 'POST', timeInterval: '1s' },
  }
  const known = await client.ask('GET', `/api/datasources/uid/${uid}`)
  const answer = await (known.status === 200
    ? client.ask('PUT', `/api/datasources/uid/${uid}`, wanted)
    : client.ask('POST', '/api/datasources', wanted))
  // Without the right to look, another may have made it: then its name is taken.
  if (answer.status < 300 || answer.status === 409) return { uid }
  if (answer.status !== 403) throw refused(answer, client)
  const note = `The service account may make no data sources. Give it the role Admin and make the dashboard again, or add one in Grafana by hand: type Prometheus, UID ${uid}, URL ${address}.`
  return { uid, note }
}

/** Gives the path of the dashboard. */
async function save(client: GrafanaClient, dashboard: object, folder = ''): Promise<string> {
  const answer = await client.ask('POST', '/api/dashboards/db', {
    dashboard: { id: null, ...dashboard },
    overwrite: true,
    message: 'Made by Millrace',
    ...(folder === '' ? {} : { folderUid: folder }),
  })
  if (answer.status >= 300) throw refused(answer, client)
  const { url } = answer.body
  return typeof url === 'string' ? url : '/'
}

function refused({ status, body }: GrafanaAnswer, { base }: GrafanaClient): Refusal {
  const said = typeof body['message'] === 'string' ? body['message'] : `status ${status}`
  const what = sentences.get(status) ?? 'Grafana refused it'
  const message = `${what}: ${said.slice(0, 300)} (${base.host})`
  return new Refusal(502, { code: 'GRAFANA_REFUSED', message })
}

const sentences: ReadonlyMap<number, string> = new Map([
  [401, 'Grafana does not know the token; set a new one in the connection'],
  [403, 'The service account may not make dashboards; give it the role Editor in Grafana'],
  [404, 'There is no Grafana at this address, or no such folder'],
  [412, 'Somebody has a dashboard of this name already'],
])
