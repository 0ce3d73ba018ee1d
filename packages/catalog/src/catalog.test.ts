import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { loadNodeTypes, openCatalog } from './catalog.ts'

const folders: string[] = []

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

/** Writes an installation of packages; gives the URL of its manifest. */
async function install(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-catalog-'))
  folders.push(folder)
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, dirname(path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return pathToFileURL(join(folder, 'package.json')).href
}

function manifestOf(dependencies: readonly string[]): string {
  const entries = dependencies.map((name) => [name, '1.0.0'])
  return JSON.stringify({ name: 'x', dependencies: Object.fromEntries(entries) })
}

const nodePackage = JSON.stringify({
  version: '1.2.3',
  type: 'module',
  exports: { '.': { import: './index.js' }, './descriptors': './src/descriptors.js' },
  millrace: { nodes: true },
})

function descriptor(type: string, more = ''): string {
  return `{ type: '${type}', version: 1, kind: 'sink', title: '', summary: '', category: 'sinks',
    icon: '', inputs: [{ name: 'in', title: '' }], outputs: [], fields: {}, ${more} }`
}

function goodPackage(name: string, type: string): Record<string, string> {
  const at = `node_modules/${name}`
  return {
    [`${at}/package.json`]: nodePackage,
    [`${at}/src/descriptors.js`]: `export const descriptors = [${descriptor(type)}]`,
    [`${at}/src/${type.split('/')[1]}/help.md`]: `# Help for ${type}`,
    [`${at}/index.js`]: `import { descriptors } from './src/descriptors.js'
      export const nodeTypes = [{ descriptor: descriptors[0], create: () => ({ onMessage() {} }) }]`,
  }
}

test('finds node packages among the dependencies, with their help', async () => {
  const manifest = await install({
    'package.json': manifestOf(['good', 'plain', 'absent']),
    ...goodPackage('good', 'good/out'),
    'node_modules/plain/package.json': '{ "name": "plain" }',
  })
  const catalog = await openCatalog({ manifest })
  expect(catalog.problems).toEqual([])
  expect(catalog.packages.map(({ name, version }) => [name, version])).toEqual([['good', '1.2.3']])
  expect([...catalog.descriptors.keys()]).toEqual(['good/out'])
  expect(catalog.descriptors.get('good/out')?.help).toBe('# Help for good/out')
})

test('loads the behaviour of the types asked for, and of no other package', async () => {
  const manifest = await install({
    'package.json': manifestOf(['good', 'heavy']),
    ...goodPackage('good', 'good/out'),
    ...goodPackage('heavy', 'heavy/out'),
    'node_modules/heavy/index.js': `throw new Error('loaded')`,
  })
  const catalog = await openCatalog({ manifest })
  const nodeTypes = await loadNodeTypes(['good/out'], catalog.nodePackages)
  expect([...nodeTypes.keys()]).toEqual(['good/out'])
  await expect(loadNodeTypes(['heavy/out'], catalog.nodePackages)).rejects.toMatchObject({
    code: 'NODE_TYPE_BROKEN',
    type: 'heavy/out',
    message: 'The node type "heavy/out" cannot be loaded: loaded',
  })
  await expect(loadNodeTypes(['nobody/out'], catalog.nodePackages)).rejects.toMatchObject({
    code: 'NODE_TYPE_UNKNOWN',
    type: 'nobody/out',
  })
})

test('a broken package is reported and the others are there', async () => {
  const broken = (name: string, files: Record<string, string>) => ({
    [`node_modules/${name}/package.json`]: nodePackage,
    ...Object.fromEntries(
      Object.entries(files).map(([path, text]) => [`node_modules/${name}/${path}`, text]),
    ),
  })
  const manifest = await install({
    'package.json': manifestOf(['good', 'throws', 'syntax', 'empty', 'json', 'noentry', 'twice']),
    ...goodPackage('good', 'good/out'),
    ...broken('throws', { 'src/descriptors.js': `throw new Error('no luck')` }),
    ...broken('syntax', { 'src/descriptors.js': 'export const = 1' }),
    ...broken('empty', { 'src/descriptors.js': 'export {}' }),
    'node_modules/json/package.json': '{ "millrace": ',
    'node_modules/noentry/package.json': '{ "millrace": { "nodes": true } }',
    ...broken('twice', {
      'src/descriptors.js': `export const descriptors = [${descriptor('good/out')}]`,
    }),
  })
  const catalog = await openCatalog({ manifest })
  expect([...catalog.descriptors.keys()]).toEqual(['good/out'])
  expect(catalog.problems.map((problem) => problem.package).toSorted()).toEqual([
    'empty',
    'json',
    'noentry',
    'syntax',
    'throws',
    'twice',
  ])
})

test.for([
  ['null', 'A descriptor must be an object'],
  [`{ type: 'x' }`, 'must be written package/name'],
  [descriptor('a/b', 'title: 7'), 'title must be a text'],
  [descriptor('a/b', `kind: 'thing'`), 'kind must be one of'],
  [descriptor('a/b', 'inputs: {}'), 'inputs must be a list'],
  [descriptor('a/b', `inputs: [{ name: 'a b' }]`), 'inputs[0].name'],
  [descriptor('a/b', `outputs: { eachRowOf: 'rows' }`), 'outputs.eachRowOf must name a list field'],
  [descriptor('a/b', `fields: { x: { kind: 'odd', label: '' } }`), 'fields.x.kind must be one of'],
  [descriptor('a/b', `fields: { x: { kind: 'text' } }`), 'fields.x.label must be a text'],
  [
    descriptor('a/b', `fields: { x: { kind: 'text', label: '', pattern: '(' } }`),
    'fields.x.pattern',
  ],
  [
    descriptor('a/b', `fields: { x: { kind: 'text', label: '', when: { field: 'y', is: [1] } } }`),
    'fields.x.when looks at a field that is not there',
  ],
  [
    descriptor('a/b', `fields: { x: { kind: 'text', label: '', when: { field: 'x' } } }`),
    'fields.x.when must have "field" and a list "is" or "begins"',
  ],
  [
    descriptor(
      'a/b',
      `fields: { x: { kind: 'text', label: '', when: { field: 'x', begins: ['a'], or: { field: 'y', is: [1] } } } }`,
    ),
    'fields.x.when looks at a field that is not there: "y"',
  ],
  [
    descriptor('a/b', `fields: { x: { kind: 'choice', label: '', options: [], default: 'a' } }`),
    'fields.x.default must be one of its options',
  ],
  [descriptor('a/b', `stateShape: ['x']`), 'stateShape names a field that is not there: "x"'],
  [descriptor('a/b', `beginsBy: 'x'`), 'beginsBy names a field that is not there: "x"'],
  [descriptor('a/b', `checkedWith: ['x']`), 'checkedWith names no connection: "x"'],
  [
    descriptor('a/b', `targetLimits: [{ on: 'flink', what: '', when: { field: 'x', is: [1] } }]`),
    'targetLimits[0].when looks at a field that is not there: "x"',
  ],
] as const)('leaves out a wrong descriptor, case %#', async ([source, message]) => {
  const manifest = await install({
    'package.json': manifestOf(['bad']),
    'node_modules/bad/package.json': nodePackage,
    'node_modules/bad/src/descriptors.js': `export const descriptors = [${source}]`,
  })
  const catalog = await openCatalog({ manifest })
  expect(catalog.descriptors.size).toBe(0)
  expect(catalog.problems[0]?.message).toContain(message)
})
