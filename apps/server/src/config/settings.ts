import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** How a server is set up; from the command line and the environment. */
export interface Settings {
  readonly host: string
  /** Whether it answers the network of a container that it runs in; refused where it runs in none. */
  readonly isInContainer: boolean
  /** Names beside localhost by which it may be called; in a container only. */
  readonly hostNames: readonly string[]
  /** Undefined takes the usual port, or the next that is free. */
  readonly port: number | undefined
  readonly userDirectory: string
  readonly flowPort: number
  readonly brokerPort: number
  /** Whether an empty user directory gets the demo flow with its broker and simulator. */
  readonly isWithDemo: boolean
  /** Whether flows keep state and what they take in on disk. */
  readonly isDurable: boolean
}

export const usualPort = 1880
export const usualFlowPort = 1881
export const usualBrokerPort = 1883

/** A wrong way to start the command; the text says the right one. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export interface SettingsInput {
  readonly host?: string | undefined
  readonly 'in-container'?: boolean | undefined
  readonly 'known-as'?: string | undefined
  readonly port?: string | undefined
  readonly 'user-dir'?: string | undefined
  readonly 'flow-port'?: string | undefined
  readonly 'broker-port'?: string | undefined
  readonly 'no-demo'?: boolean | undefined
  readonly 'no-durability'?: boolean | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

export function readSettings(input: SettingsInput, environment: Environment): Settings {
  const isInContainer = input['in-container'] === true
  return {
    host: isInContainer ? everyAddress : readHost(input.host),
    isInContainer,
    hostNames: readHostNames(input['known-as'], isInContainer),
    port: readPort('--port', input.port),
    userDirectory: readUserDirectory(input['user-dir'], environment),
    flowPort: readPort('--flow-port', input['flow-port']) ?? usualFlowPort,
    brokerPort: readPort('--broker-port', input['broker-port']) ?? usualBrokerPort,
    isWithDemo: input['no-demo'] !== true,
    isDurable: input['no-durability'] !== true,
  }
}

export function readUserDirectory(given: string | undefined, environment: Environment): string {
  const chosen = given ?? environment['MILLRACE_USER_DIR']
  return chosen === undefined || chosen === '' ? join(homedir(), '.millrace') : resolve(chosen)
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/

/** Of a container: what reaches it from outside is decided where its ports are published. */
const everyAddress = '0.0.0.0'
const hostName = /^[a-z\d]([a-z\d.-]{0,251}[a-z\d])?$/i

function readHostNames(text: string | undefined, isInContainer: boolean): readonly string[] {
  const names = (text ?? '').split(',').filter((name) => name !== '')
  if (names.length > 0 && !isInContainer) {
    throw new UsageError('--known-as is for servers that run with --in-container')
  }
  const wrong = names.find((name) => !hostName.test(name))
  if (wrong === undefined) return names.map((name) => name.toLowerCase())
  throw new UsageError(`--known-as takes host names, separated by commas; "${wrong}" is none`)
}

/** There is no sign-in yet, so nobody else may reach the server. */
function readHost(host: string | undefined): string {
  if (host === undefined) return '127.0.0.1'
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  if (loopback.test(bare)) return bare
  throw new UsageError(
    `Millrace answers on this machine only, as it has no sign-in yet: --host ${host} is not possible. ` +
      'To reach it from elsewhere, use a tunnel such as ssh -L 1880:localhost:1880.',
  )
}

function readPort(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port >= 0 && port <= 65_535) return port
  throw new UsageError(`${name} must be a number from 0 to 65535; 0 takes any free port`)
}
