import type { Finding, Rule } from '../finding.ts'
import { codeFiles, isForTests } from '../paths.ts'
import type { Call, Repository } from '../repository.ts'

/** Files that are handed nothing because they are what is handed to others, each with its reason. */
const exceptions: Readonly<Record<string, string>> = {}

const clocks =
  /^(globalThis\.)?(Date\.now|performance\.(now|mark|measure)|process\.hrtime(\.bigint)?)$/
const timers = /^(globalThis\.)?(set(Timeout|Interval|Immediate))$/
const modules = new Set(['node:timers', 'node:timers/promises', 'node:perf_hooks'])

export const noClock: Rule = {
  name: 'no clock, no timer',
  remedy:
    'take time and timers from what the node or the engine is handed, so that tests rule them.',
  check: (repository) =>
    codeFiles(repository)
      .filter((file) => /^(packages|nodes)\/[^/]+\/src\//.test(file) && !isForTests(file))
      .filter((file) => exceptions[file] === undefined && !file.startsWith('packages/tidy/'))
      .flatMap((file) => [...callsIn(file, repository), ...importsIn(file, repository)]),
}

function callsIn(file: string, repository: Repository): Finding[] {
  return repository
    .calls(file)
    .filter(readsTime)
    .map(({ callee, line }) => ({ file, line, problem: `calls ${callee}` }))
}

function readsTime({ callee, argumentCount }: Call): boolean {
  if (clocks.test(callee) || timers.test(callee)) return true
  return ['new Date', 'Date'].includes(callee) && argumentCount === 0
}

function importsIn(file: string, repository: Repository): Finding[] {
  return repository
    .imports(file)
    .filter(({ specifier = '', isType }) => modules.has(specifier) && !isType)
    .map(({ specifier, line }) => ({ file, line, problem: `imports ${specifier}` }))
}
