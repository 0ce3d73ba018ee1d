import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { startService, type Service } from './service.ts'
import { until } from './until.ts'

export interface CollectdOptions {
  /** Where it posts what it measured, as JSON. */
  readonly url: string
  readonly user?: { readonly name: string; readonly password: string }
  /** Sends what it is given, and measures nothing itself. */
  readonly isFed?: boolean
}

export interface Collectd extends Service {
  /** Gives it values, and has it send them at once; for one that is fed. */
  put(values: readonly CollectdValue[]): Promise<void>
}

export interface CollectdValue {
  /** Such as `suite/gauge-5`. */
  readonly name: string
  readonly value: number
}

/** A collectd that measures the load of this machine every second and posts it. */
export async function startCollectd(options: CollectdOptions): Promise<Collectd> {
  let socket = ''
  const service = await startService({
    name: 'collectd',
    portCount: 0,
    async prepare(folder) {
      const file = join(folder, 'collectd.conf')
      socket = join(folder, 'socket')
      await writeFile(file, configuration(folder, socket, options))
      return ['-f', '-C', file]
    },
    isReady: () => Promise.resolve(true),
  })
  const end = service.stop
  // What was given a moment ago may not have come to what is flushed.
  const flushing = setInterval(() => void tell(socket, ['FLUSH']).catch(() => undefined), flushMs)
  return Object.assign(service, {
    put: async (values: readonly CollectdValue[]) => {
      const lines = values.map(({ name, value }) => `PUTVAL "plant/${name}" interval=1 N:${value}`)
      const isTaken = () =>
        tell(socket, lines).then(
          () => true,
          () => false,
        )
      await until(isTaken, { what: 'collectd to take values' })
    },
    stop: async () => {
      clearInterval(flushing)
      await end()
    },
  })
}

const flushMs = 200

/** Settles once each line was answered with a success. */
function tell(path: string, lines: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(path, () => socket.write(`${lines.join('\n')}\n`))
    socket.setEncoding('utf8')
    socket.on('error', reject)
    socket.on('data', (part: string) => {
      text += part
      const answers = text.split('\n').slice(0, -1)
      if (answers.some((answer) => answer.startsWith('-'))) socket.destroy(new Error(text))
      if (answers.length === lines.length) socket.end(() => resolve())
    })
  })
}

function configuration(
  folder: string,
  socket: string,
  { url, user, isFed = false }: CollectdOptions,
): string {
  const what = isFed ? fedBy(socket) : 'LoadPlugin load'
  const sign = user === undefined ? '' : `User "${user.name}"\n    Password "${user.password}"`
  return `
Hostname "plant"
Interval 1
BaseDir "${folder}"
PIDFile "${folder}/collectd.pid"
TypesDB "/usr/share/collectd/types.db"
${what}
LoadPlugin write_http
<Plugin write_http>
  <Node "flow">
    URL "${url}"
    Format "JSON"
    BufferSize 1024
    ${sign}
  </Node>
</Plugin>
`
}

function fedBy(socket: string): string {
  return `LoadPlugin unixsock
<Plugin unixsock>
  SocketFile "${socket}"
  DeleteSocket true
</Plugin>`
}
