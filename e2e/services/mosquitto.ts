import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeCertificate } from './certificate.ts'
import { findCommand } from './program.ts'
import { startService, type Service } from './service.ts'
import { isListening } from './until.ts'

export interface MosquittoOptions {
  readonly port?: number
  /** Who may come in; without it everybody may. */
  readonly user?: { readonly name: string; readonly password: string }
  /**
   * Keeps sessions and retained messages over a restart; with `at-end` it writes them only when it is
   * ended properly, which is quicker.
   */
  readonly isPersistent?: boolean | 'at-end'
  /** Also listens for MQTT over WebSocket. */
  readonly hasWebSocket?: boolean
  /** Also listens with TLS, with a certificate of its own making. */
  readonly hasTls?: boolean
  /** More lines for its configuration file. */
  readonly configuration?: readonly string[]
}

export interface Mosquitto extends Service {
  readonly url: string
  /** `undefined` without `hasWebSocket`. */
  readonly webSocketUrl: string | undefined
  /** `undefined` without `hasTls`. */
  readonly tlsUrl: string | undefined
  /** What a client must trust to come in by TLS, as PEM text. */
  readonly authority: string | undefined
}

/** A mosquitto on the loopback interface: MQTT 3.1.1 and 5. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  let authority: string | undefined
  const service = await startService({
    name: 'mosquitto',
    portCount: 3,
    port: options.port,
    async prepare(folder, ports) {
      const lines = await configure(folder, ports, options)
      if (options.hasTls) authority = await readFile(join(folder, 'certificate.pem'), 'utf8')
      const file = join(folder, 'mosquitto.conf')
      await writeFile(file, `${lines.join('\n')}\n`)
      return ['-c', file]
    },
    async isReady(ports) {
      const isUsed = [true, options.hasWebSocket, options.hasTls]
      const answers = await Promise.all(ports.filter((_, at) => isUsed[at]).map(isListening))
      return answers.every(Boolean)
    },
  })
  const [port, webSocketPort, tlsPort] = service.ports
  return Object.assign(service, {
    url: `mqtt://127.0.0.1:${port}`,
    webSocketUrl: options.hasWebSocket ? `ws://127.0.0.1:${webSocketPort}` : undefined,
    tlsUrl: options.hasTls ? `mqtts://localhost:${tlsPort}` : undefined,
    authority,
  })
}

async function configure(
  folder: string,
  [port, webSocketPort, tlsPort]: readonly number[],
  options: MosquittoOptions,
): Promise<string[]> {
  // As root it would become the user `mosquitto`, who may not read the folder.
  const lines = [
    `user ${userInfo().username}`,
    'log_dest stderr',
    'log_type error',
    'log_type warning',
  ]
  lines.push(...(await access(folder, options)), ...(await persistence(folder, options)))
  lines.push(...(options.configuration ?? []))
  lines.push(`listener ${port} 127.0.0.1`)
  if (options.hasWebSocket) lines.push(`listener ${webSocketPort} 127.0.0.1`, 'protocol websockets')
  if (options.hasTls) {
    const { keyFile, certificateFile } = await makeCertificate(folder)
    lines.push(`listener ${tlsPort} 127.0.0.1`, `certfile ${certificateFile}`, `keyfile ${keyFile}`)
  }
  return lines
}

async function access(folder: string, { user }: MosquittoOptions): Promise<string[]> {
  if (user === undefined) return ['allow_anonymous true']
  const file = join(folder, 'passwords')
  const command = findCommand('mosquitto_passwd')
  if (command === undefined) throw new Error('mosquitto_passwd is missing beside mosquitto')
  await promisify(execFile)(command, ['-c', '-b', file, user.name, user.password])
  return ['allow_anonymous false', `password_file ${file}`]
}

async function persistence(folder: string, { isPersistent }: MosquittoOptions): Promise<string[]> {
  if (!isPersistent) return ['persistence false']
  const location = join(folder, 'persistence')
  await mkdir(location, { recursive: true })
  const lines = ['persistence true', `persistence_location ${location}/`]
  if (isPersistent === 'at-end') return [...lines, 'autosave_interval 0']
  // Saved at every change, so that a kill loses nothing that was acknowledged.
  return [...lines, 'autosave_on_changes true', 'autosave_interval 1']
}
