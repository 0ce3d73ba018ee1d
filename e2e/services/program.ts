import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { hasJars, type MavenServer } from './maven.ts'

/** The programs that tests use, and the Debian packages that bring them. */
const programs = {
  mosquitto: { commands: ['mosquitto'], packages: ['mosquitto'] },
  'mosquitto-clients': {
    commands: ['mosquitto_pub', 'mosquitto_sub'],
    packages: ['mosquitto-clients'],
  },
  influxd: { commands: ['influxd'], packages: ['influxdb'] },
  influx: { commands: ['influx'], packages: ['influxdb-client'] },
  'victoria-metrics': { commands: ['victoria-metrics'], packages: ['victoria-metrics'] },
  promtool: { commands: ['promtool'], packages: ['prometheus'] },
  vmalert: { commands: ['vmalert'], packages: ['victoria-metrics'] },
  chromium: { commands: ['chromium', 'chromium-browser', 'google-chrome'], packages: ['chromium'] },
  wrk: { commands: ['wrk'], packages: ['wrk'] },
  curl: { commands: ['curl'], packages: ['curl'] },
  openssl: { commands: ['openssl'], packages: ['openssl'] },
  kafka: { commands: ['java'], packages: ['openjdk-17-jre-headless', 'maven'], maven: 'kafka' },
  prometheus: { commands: ['prometheus'], packages: ['prometheus'] },
  alertmanager: {
    commands: ['prometheus-alertmanager', 'alertmanager'],
    packages: ['prometheus-alertmanager'],
  },
  vmagent: { commands: ['vmagent'], packages: ['victoria-metrics'] },
  collectd: { commands: ['collectd'], packages: ['collectd-core'] },
  apicurio: {
    commands: ['java'],
    packages: ['openjdk-17-jre-headless', 'maven'],
    maven: 'apicurio',
  },
  kcat: { commands: ['kcat', 'kafkacat'], packages: ['kcat'] },
  // Where the docker client has no compose of its own.
  'docker-compose': { commands: ['docker-compose'], packages: ['docker-compose'] },
} as const

export type ServiceName = keyof typeof programs

// The keys of a literal are what its type says.
export const serviceNames = Object.keys(programs) as ServiceName[]

/** Why a service cannot be used on this machine, or nothing when it can. */
export function serviceMissing(name: ServiceName): string | undefined {
  if (findProgram(name) !== undefined) return undefined
  const install = `Debian: apt install ${packagesOf(name).join(' ')}`
  const andThen = mavenOf(name) === undefined ? '' : '; then node e2e/services/install.ts'
  return `${name} is not installed (${install}${andThen})`
}

/** What Maven brings of it. */
export function mavenOf(name: ServiceName): MavenServer | undefined {
  const program = programs[name]
  return 'maven' in program ? program.maven : undefined
}

export function packagesOf(name: ServiceName): readonly string[] {
  return programs[name].packages
}

/** The path of the service's program. Throws where it is missing. */
export function programOf(name: ServiceName): string {
  const path = findProgram(name)
  if (path === undefined) throw new Error(serviceMissing(name))
  return path
}

export function findProgram(name: ServiceName): string | undefined {
  const jars = mavenOf(name)
  if (jars !== undefined && !hasJars(jars)) return undefined
  return programs[name].commands.map(findCommand).find((path) => path !== undefined)
}

export function findCommand(command: string): string | undefined {
  // Debian keeps daemons in sbin, which the path of a usual user lacks.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, command)).find((path) => existsSync(path))
}
