import { readdirSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { jarsOf } from './maven.ts'
import { startService, type Service } from './service.ts'
import { isAnswering } from './until.ts'

export interface Apicurio extends Service {
  /** Of the API of a Confluent Schema Registry, which it speaks. */
  readonly url: string
}

const bootMs = 90_000

/** An Apicurio Registry on the loopback interface. It keeps schemas in memory only. */
export async function startApicurio(options: { readonly port?: number } = {}): Promise<Apicurio> {
  const service = await startService({
    name: 'apicurio',
    portCount: 1,
    port: options.port,
    startWithinMs: bootMs,
    prepare: async (folder, [port]) => {
      await mkdir(join(folder, 'tmp'))
      return [
        '-Xmx384m',
        '-XX:+UseSerialGC',
        '-XX:TieredStopAtLevel=1',
        `-Djava.io.tmpdir=${join(folder, 'tmp')}`,
        '-Dquarkus.http.host=127.0.0.1',
        `-Dquarkus.http.port=${port}`,
        '-Dquarkus.log.level=WARN',
        '-jar',
        runner(),
      ]
    },
    isReady: ([port]) => isAnswering(`http://127.0.0.1:${port}/apis/ccompat/v7/subjects`),
  })
  return Object.assign(service, { url: `http://127.0.0.1:${service.port}/apis/ccompat/v7` })
}

function runner(): string {
  const folder = jarsOf('apicurio')
  const found = readdirSync(folder).find((name) => name.endsWith('-runner.jar'))
  if (found === undefined) throw new Error(`${folder} has no program; remove it and install again`)
  return join(folder, found)
}
