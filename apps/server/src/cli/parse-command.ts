import { parseArgs } from 'node:util'
import { readSettings, readUserDirectory, UsageError } from '../config/settings.ts'
import type { Settings } from '../config/settings.ts'

export type Command =
  | { readonly kind: 'start'; readonly settings: Settings }
  | { readonly kind: 'check'; readonly files: readonly string[]; readonly userDirectory: string }
  | { readonly kind: 'test'; readonly files: readonly string[] }
  | {
      readonly kind: 'run'
      readonly file: string
      readonly settings: Settings
    }
  | {
      readonly kind: 'export'
      readonly flows: readonly string[]
      readonly output: string | undefined
      readonly userDirectory: string
    }
  | { readonly kind: 'import'; readonly file: string; readonly userDirectory: string }
  | { readonly kind: 'version' }
  | { readonly kind: 'help' }

export const usage = `Usage: millrace COMMAND

  start                  runs the server and prints where the editor is
      --port PORT        of the editor (1880, or the next that is free)
      --flow-port PORT   on which flows answer HTTP (1881)
      --broker-port PORT of the embedded MQTT broker (1883)
      --no-demo          leaves out the demo flow, its broker and its simulator
      --in-container     answers the network of the container that it runs in; as there is no
                         sign-in yet, publish its ports on 127.0.0.1 only
      --known-as NAMES   host names by which others in that network may call it
      --no-durability    keeps nothing of what flows remember and take in on disk
  check FILE...          says what is wrong with flows or bundles
  test FILE...           runs the tests that lie beside flows, or come with them in a bundle
  run FILE               runs the flows of a file without an editor, until they end or Ctrl+C
      --flow-port PORT   on which they answer HTTP (1881)
  export [FLOW...]       writes flows with their connections, without secrets
      --output FILE      to a file instead of the terminal
  import FILE            adds the flows and connections of a file
  version                prints the version

      --user-dir FOLDER  where everything is kept (~/.millrace, or $MILLRACE_USER_DIR)
`

const options = {
  host: { type: 'string' },
  'in-container': { type: 'boolean' },
  'known-as': { type: 'string' },
  port: { type: 'string' },
  'user-dir': { type: 'string' },
  'flow-port': { type: 'string' },
  'broker-port': { type: 'string' },
  'no-demo': { type: 'boolean' },
  'no-durability': { type: 'boolean' },
  output: { type: 'string', short: 'o' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const

type Environment = Readonly<Record<string, string | undefined>>

/** Throws a `UsageError` that says what is wrong. */
export function parseCommand(args: readonly string[], environment: Environment): Command {
  const { values, positionals } = read(args)
  if (values.help === true) return { kind: 'help' }
  if (values.version === true) return { kind: 'version' }
  const [kind = 'start', ...rest] = positionals
  const userDirectory = readUserDirectory(values['user-dir'], environment)
  switch (kind) {
    case 'start':
      expectNone(rest)
      return { kind, settings: readSettings(values, environment) }
    case 'check':
      return { kind, files: expectSome(rest), userDirectory }
    case 'test':
      return { kind, files: expectSome(rest) }
    case 'run':
      return { kind, file: expectOne(rest), settings: readSettings(values, environment) }
    case 'export':
      return { kind, flows: rest, output: values.output, userDirectory }
    case 'import':
      return { kind, file: expectOne(rest), userDirectory }
    case 'version':
    case 'help':
      expectNone(rest)
      return { kind }
    default:
      throw new UsageError(`There is no command "${kind}"`)
  }
}

function read(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function expectNone(rest: readonly string[]): void {
  if (rest.length > 0) throw new UsageError(`"${rest[0]}" is too much here`)
}

function expectOne(rest: readonly string[]): string {
  const [file, ...more] = rest
  if (file === undefined) throw new UsageError('Say which file')
  expectNone(more)
  return file
}

function expectSome(rest: readonly string[]): readonly string[] {
  if (rest.length === 0) throw new UsageError('Say which file')
  return rest
}
