/**
 * Who may import whom: the drawing of the README as data. A name stands for a package and all its
 * entries, `name/entry` for that entry alone (and for types from any other).
 */
const drawing: Readonly<Record<string, readonly string[]>> = {
  'apps/editor': [
    '@millrace/protocol',
    '@millrace/flow',
    '@millrace/expression',
    '@millrace/sdk/descriptor',
    '@millrace/sdk/windows',
  ],
  'apps/server': [
    '@millrace/protocol',
    '@millrace/catalog',
    '@millrace/engine',
    '@millrace/flow',
    '@millrace/node-red',
    '@millrace/sdk',
    '@millrace/store',
    '@millrace/web',
  ],
  'apps/launcher': [],
  'packages/protocol': ['@millrace/flow', '@millrace/sdk/descriptor'],
  'packages/engine': ['@millrace/flow', '@millrace/expression', '@millrace/sdk'],
  'packages/catalog': ['@millrace/sdk'],
  'packages/node-red': ['@millrace/sdk', '@millrace/flow'],
  'packages/flow': ['@millrace/sdk/descriptor', '@millrace/expression'],
  'packages/web': ['@millrace/sdk', '@millrace/reach'],
  'packages/reach': ['@millrace/sdk'],
  'packages/formats': ['@millrace/sdk'],
  'packages/schemas': ['@millrace/sdk', '@millrace/formats', '@millrace/web'],
  'packages/sdk': [],
  'packages/expression': [],
  'packages/store': ['@millrace/expression'],
  'packages/tidy': [],
}

/** What every node package may import of ours. */
const nodesMayImport: readonly string[] = [
  '@millrace/sdk',
  '@millrace/formats',
  '@millrace/schemas',
  '@millrace/web',
  '@millrace/reach',
]

/** Tests may use anything that their manifest lists; `e2e` is nothing but tests. */
const isFree = (folder: string) => folder === '' || folder === 'e2e' || folder.startsWith('e2e/')

/** What the code of a workspace may import of ours; `undefined`: anything. */
export function mayImport(folder: string): readonly string[] | undefined {
  if (isFree(folder)) return undefined
  if (folder === 'nodes/store') return [...nodesMayImport, '@millrace/store']
  if (folder.startsWith('nodes/')) return nodesMayImport
  return drawing[folder] ?? []
}
