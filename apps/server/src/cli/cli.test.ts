import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UsageError } from '../config/settings.ts'
import { realDisk } from '../storage/disk.ts'
import { openUserDirectory } from '../storage/user-directory.ts'
import { check } from './check.ts'
import { exportFlows, importFlows } from './exchange.ts'
import { expectContainer } from './expect-container.ts'
import { parseCommand } from './parse-command.ts'
import type { Surroundings } from './surroundings.ts'
import { readVersion } from './version.ts'

const manifest = new URL('../../package.json', import.meta.url).href

let folder: string
let printed: string[]
let noted: string[]
let surroundings: Surroundings

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-cli-'))
  printed = []
  noted = []
  surroundings = {
    clock: { now: () => 0, monotonic: () => 0 },
    version: '1.2.3',
    manifest,
    editorFolder: folder,
    environment: {},
    print: (text) => void printed.push(text),
    note: (text) => void noted.push(text),
    isContainer: () => false,
    interrupted: Promise.resolve(),
  }
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

test('answers the network of a container in containers only, and says what that means', () => {
  const command = parseCommand(['start', '--in-container'], {})
  if (command.kind !== 'start') throw new Error('Not a start.')
  const notes: string[] = []
  const note = (text: string) => void notes.push(text)
  const { settings } = command
  expect(() => expectContainer(settings, { isContainer: () => false, note })).toThrow(UsageError)
  expect(notes).toEqual([])
  expectContainer(settings, { isContainer: () => true, note })
  expect(notes).toEqual([expect.stringContaining('-p 127.0.0.1:1880:1880')])
})

describe('the command line', () => {
  test.for([
    [
      [],
      {
        kind: 'start',
        settings: {
          host: '127.0.0.1',
          port: undefined,
          flowPort: 1881,
          brokerPort: 1883,
          isWithDemo: true,
        },
      },
    ],
    [
      ['start', '--port', '0', '--no-demo'],
      { kind: 'start', settings: { port: 0, isWithDemo: false } },
    ],
    [
      ['start', '--host', 'localhost', '--port=8080'],
      { settings: { host: 'localhost', port: 8080 } },
    ],
    [['start', '--host', '[::1]'], { settings: { host: '::1' } }],
    [
      ['start', '--in-container', '--known-as', 'millrace,Flows.example.org'],
      {
        settings: {
          host: '0.0.0.0',
          isInContainer: true,
          hostNames: ['millrace', 'flows.example.org'],
        },
      },
    ],
    [
      ['start', '--flow-port', '2', '--broker-port', '3'],
      { settings: { flowPort: 2, brokerPort: 3 } },
    ],
    [['check', 'a.json', 'b.json'], { kind: 'check', files: ['a.json', 'b.json'] }],
    [['run', 'a.json'], { kind: 'run', file: 'a.json' }],
    [['export'], { kind: 'export', flows: [], output: undefined }],
    [['export', 'a', 'b', '-o', 'x.json'], { kind: 'export', flows: ['a', 'b'], output: 'x.json' }],
    [
      ['import', 'a.json', '--user-dir', '/u'],
      { kind: 'import', file: 'a.json', userDirectory: '/u' },
    ],
    [['version'], { kind: 'version' }],
    [['--version'], { kind: 'version' }],
    [['help'], { kind: 'help' }],
    [['start', '-h'], { kind: 'help' }],
  ] as const)('%j means %j', ([args, command]) => {
    expect(parseCommand(args, {})).toMatchObject(command)
  })

  test.for([
    [['dance'], 'no command "dance"'],
    [['start', 'now'], '"now" is too much'],
    [['check'], 'which file'],
    [['run'], 'which file'],
    [['run', 'a', 'b'], '"b" is too much'],
    [['--wat'], '--wat'],
    [['start', '--port', 'x'], '--port must be a number'],
    [['start', '--port', '70000'], '--port must be a number'],
    [['start', '--host', '0.0.0.0'], 'no sign-in yet'],
    [['start', '--host', '192.168.0.7'], 'ssh -L'],
    [['start', '--host', '127.0.0.1.evil.example'], 'no sign-in yet'],
    [['start', '--host', '::'], 'no sign-in yet'],
    [['start', '--known-as', 'millrace'], 'with --in-container'],
    [['start', '--in-container', '--known-as', 'a b'], '"a b" is none'],
  ] as const)('%j is refused with what is wrong', ([args, message]) => {
    expect(() => parseCommand(args, {})).toThrow(UsageError)
    expect(() => parseCommand(args, {})).toThrow(message)
  })

  test('keeps everything in the folder given, that of the environment, or that of the user', () => {
    const directoryOf = (args: readonly string[], environment: Record<string, string>) => {
      const command = parseCommand(args, environment)
      return command.kind === 'start' ? command.settings.userDirectory : ''
    }
    expect(directoryOf(['start', '--user-dir', '/a'], { MILLRACE_USER_DIR: '/b' })).toBe('/a')
    expect(directoryOf(['start'], { MILLRACE_USER_DIR: '/b' })).toBe('/b')
    expect(directoryOf(['start'], {})).toBe(join(homedir(), '.millrace'))
  })

  test('knows its version', () => {
    expect(readVersion(manifest)).toMatch(/^\d+\.\d+\.\d+$/)
  })
})

const flow = {
  millrace: 1,
  name: 'demo',
  title: 'Demo',
  nodes: [
    { id: 'in', type: 'core/inject', config: {} },
    { id: 'hot', type: 'core/filter', config: { condition: 'payload > 3' } },
  ],
  wires: [{ from: { node: 'in', port: 'out' }, to: { node: 'hot', port: 'in' } }],
  layout: {},
}

async function write(name: string, content: unknown): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

describe('check', () => {
  test('says nothing against a flow that is right', async () => {
    const file = await write('good.json', flow)
    expect(await check([file], surroundings)).toBe(0)
    expect(printed[0]).toBe(`${file}: nothing wrong`)
  })

  test('knows the connections of the user directory in which a flow lies', async () => {
    await Promise.all(['flows', 'connections'].map((name) => mkdir(join(folder, name))))
    const config = { broker: 'hall', topic: 'plant/#' }
    const nodes = [{ id: 'in', type: 'mqtt/in', config }]
    const file = await write('flows/demo.json', { ...flow, nodes, wires: [] })
    expect(await check([file], surroundings)).toBe(1)
    expect(printed.splice(0)[0]).toContain('There is no connection "hall"')
    const broker = { id: 'hall', type: 'mqtt/connection', name: 'Hall', config: { host: 'a' } }
    await write('connections/hall.json', broker)
    expect(await check([file], surroundings)).toBe(0)
  })

  test('says what a flow promises of delivery, and why', async () => {
    const file = await write('good.json', flow)
    await check([file], surroundings)
    expect(printed[1]).toMatch(/good\.json: demo: delivers: At most once: .+ \(Inject\)\.$/)
  })

  test('names flow, node, field and column of what is wrong', async () => {
    const [start, hot] = flow.nodes
    const wrong = { ...flow, nodes: [start, { ...hot, config: { condition: 'payload >' } }] }
    const file = await write('wrong.json', wrong)
    expect(await check([file], surroundings)).toBe(1)
    expect(printed[0]).toMatch(
      /wrong\.json: demo, node "hot", field condition, column \d+: error: .+ \(FIELD_EXPRESSION\)$/,
    )
  })

  test('bears files that are none', async () => {
    const files = [await write('broken.json', '{"millrace": 1,\n'), join(folder, 'absent.json')]
    expect(await check(files, surroundings)).toBe(1)
    expect(printed[0]).toContain('line 2, column 1')
    expect(printed[1]).toContain('There is no such file')
  })
})

describe('export and import', () => {
  test('carry flows from one user directory to another', async () => {
    const file = await write('flow.json', flow)
    const [from, to] = [join(folder, 'from'), join(folder, 'to')]
    expect(await importFlows({ file, userDirectory: from }, surroundings)).toBe(0)
    expect(await importFlows({ file, userDirectory: from }, surroundings)).toBe(0)
    expect(printed).toEqual(['Added demo', 'Added demo as demo-2'])
    const output = join(folder, 'bundle.json')
    const all = { flows: [], output, userDirectory: from }
    expect(await exportFlows(all, surroundings)).toBe(0)
    const bundle = JSON.parse(await readFile(output, 'utf8'))
    expect(bundle.flows.map((item: { name: string }) => item.name)).toEqual(['demo', 'demo-2'])
    expect(await importFlows({ file: output, userDirectory: to }, surroundings)).toBe(0)
    printed = []
    await exportFlows({ flows: ['demo'], output: undefined, userDirectory: to }, surroundings)
    expect(JSON.parse(printed.join('\n')).flows[0].nodes).toEqual([flow.nodes[1], flow.nodes[0]])
  })

  test('do not write beside a running server, but read', async () => {
    const file = await write('flow.json', flow)
    const userDirectory = join(folder, 'used')
    await importFlows({ file, userDirectory }, surroundings)
    const running = await openUserDirectory({ path: userDirectory, disk: realDisk })
    await expect(importFlows({ file, userDirectory }, surroundings)).rejects.toThrow(
      'is used by process',
    )
    expect(await exportFlows({ flows: [], output: undefined, userDirectory }, surroundings)).toBe(0)
    await running.close()
  })

  test('refuse what is wrong or not there', async () => {
    const file = await write('broken.json', '{')
    expect(await importFlows({ file, userDirectory: join(folder, 'x') }, surroundings)).toBe(1)
    expect(noted[0]).toContain('JSON_SYNTAX')
    const absent = { flows: ['nope'], output: undefined, userDirectory: join(folder, 'x') }
    await expect(exportFlows(absent, surroundings)).rejects.toThrow('no flow "nope"')
  })
})
