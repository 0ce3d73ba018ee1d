import { repositoryOf, type Repository } from '../repository.ts'

/** Files and their texts; a manifest may be given as a value. */
export type Planted = Readonly<Record<string, string | object>>

/** A repository that exists in memory only, with the packages that rules speak of. */
export function planted(files: Planted): Repository {
  const all: Planted = {
    'package.json': { name: 'root', version: '0.1.0', devDependencies: { vitest: '5.1.1' } },
    'packages/sdk/package.json': workspace('@millrace/sdk', {
      exports: { '.': './src/index.ts', './descriptor': './src/descriptor/index.ts' },
    }),
    'packages/engine/package.json': workspace('@millrace/engine', {
      exports: { '.': './src/index.ts' },
      dependencies: { '@millrace/sdk': '0.1.0' },
    }),
    'packages/flow/package.json': workspace('@millrace/flow', {
      dependencies: { '@millrace/sdk': '0.1.0' },
    }),
    'apps/editor/package.json': workspace('@millrace/editor', {
      dependencies: { '@millrace/flow': '0.1.0', '@millrace/sdk': '0.1.0' },
    }),
    'nodes/core/package.json': workspace('@millrace/nodes-core', {
      dependencies: { '@millrace/sdk': '0.1.0' },
    }),
    ...files,
  }
  return repositoryOf(Object.keys(all), (file) => {
    const content = all[file] ?? ''
    return typeof content === 'string' ? content : JSON.stringify(content)
  })
}

function workspace(name: string, rest: object): object {
  return { name, version: '0.1.0', ...rest }
}
