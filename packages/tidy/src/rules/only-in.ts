import type { Finding, Rule } from '../finding.ts'
import { codeFiles, isTest, packageOf } from '../paths.ts'
import type { Repository } from '../repository.ts'

interface Home {
  readonly modules: readonly string[]
  /** Folders and files where they may be imported; everywhere else not. */
  readonly places: readonly string[]
  readonly inTests: boolean
}

const homes: readonly Home[] = [
  {
    modules: ['@xyflow/react', '@xyflow/system'],
    places: ['apps/editor/src/canvas/'],
    inTests: false,
  },
  { modules: ['express', 'helmet', 'socket.io'], places: ['apps/server/', 'e2e/'], inTests: false },
  {
    modules: ['node:fs', 'node:fs/promises'],
    places: [
      'apps/server/',
      'apps/launcher/',
      'apps/editor/build.ts',
      'apps/editor/vite.config.ts',
      'nodes/file/',
      'packages/catalog/',
      'packages/store/',
      'packages/tidy/',
      'e2e/',
    ],
    inTests: true,
  },
  {
    modules: ['node:module'],
    places: [
      'packages/catalog/',
      'packages/formats/src/load-library.ts',
      'packages/schemas/src/load-library.ts',
      'apps/server/',
      'e2e/',
    ],
    inTests: true,
  },
]

export const onlyIn: Rule = {
  name: 'modules with one home',
  remedy:
    'use the canvas, the server, disk and the module loader only where they live; hand what you need to the rest.',
  check: (repository) => codeFiles(repository).flatMap((file) => findIn(file, repository)),
}

function findIn(file: string, repository: Repository): Finding[] {
  const strangers = homes.filter(
    ({ places, inTests }) =>
      !places.some((place) => file.startsWith(place)) && !(inTests && isTest(file)),
  )
  return repository.imports(file).flatMap(({ specifier = '', line }) => {
    const name = specifier.startsWith('node:') ? specifier : packageOf(specifier)
    const home = strangers.find(({ modules }) => modules.includes(name))
    if (home === undefined) return []
    return [
      { file, line, problem: `${specifier} may be imported only in ${home.places.join(', ')}` },
    ]
  })
}
