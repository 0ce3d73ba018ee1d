import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startService, type Service } from './service.ts'

export interface CollectdOptions {
  /** Where it posts what it measured, as JSON. */
  readonly url: string
}

/** A collectd that measures the load of this machine every second and posts it. */
export function startCollectd({ url }: CollectdOptions): Promise<Service> {
  return startService({
    name: 'collectd',
    portCount: 0,
    async prepare(folder) {
      const file = join(folder, 'collectd.conf')
      await writeFile(file, configuration(folder, url))
      return ['-f', '-C', file]
    },
    isReady: () => Promise.resolve(true),
  })
}

function configuration(folder: string, url: string): string {
  return `
Hostname "plant"
Interval 1
BaseDir "${folder}"
PIDFile "${folder}/collectd.pid"
TypesDB "/usr/share/collectd/types.db"
LoadPlugin load
LoadPlugin write_http
<Plugin write_http>
  <Node "flow">
    URL "${url}"
    Format "JSON"
    BufferSize 1024
  </Node>
</Plugin>
`
}
