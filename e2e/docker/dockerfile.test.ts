import { readFile } from 'node:fs/promises'
import { validate } from 'dockerfile-utils'
import { expect, test } from 'vitest'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFile(new URL(path, root), 'utf8')
const dockerfile = await read('docker/Dockerfile')

interface Instruction {
  readonly keyword: string
  readonly rest: string
}

/** Instructions by stage, with lines that go on put together. */
const stages = stagesOf(dockerfile)
const last = stages.at(-1) ?? []
const valuesOf = (stage: readonly Instruction[], keyword: string) =>
  stage.filter((one) => one.keyword === keyword).map(({ rest }) => rest)

test('the linter finds nothing wrong', () => {
  const found = validate(dockerfile).map(({ message, range }) => ({
    message,
    at: range.start.line,
  }))
  expect(found).toEqual([])
})

test('what builds stays out of what runs', () => {
  expect(stages.length).toBeGreaterThan(1)
  expect(valuesOf(last, 'RUN').join()).not.toMatch(/npm|apt|curl/)
  const copied = valuesOf(last, 'COPY').filter((rest) => !rest.startsWith('--from='))
  expect(copied).toEqual(['LICENSE README.md ./'])
})

test('every stage is the same Node, pinned to a version that the product runs on', async () => {
  const bases = stages.flatMap((stage) => valuesOf(stage, 'FROM'))
  expect(new Set(bases.map((rest) => rest.split(' ')[0])).size).toBe(1)
  // The manifest's own shape.
  const manifest = JSON.parse(await read('package.json')) as { dependencies: { node: string } }
  expect(bases[0]).toMatch(new RegExp(`^node:${manifest.dependencies.node}-[a-z]+-slim `))
})

test('it runs as somebody who is not root, and says how it is', () => {
  expect(valuesOf(last, 'USER')).toEqual(['node'])
  const order = last.map(({ keyword }) => keyword)
  expect(order.indexOf('USER')).toBeGreaterThan(order.lastIndexOf('COPY'))
  expect(valuesOf(last, 'HEALTHCHECK').join()).toContain('http://127.0.0.1:1880/api/status')
  expect(valuesOf(last, 'EXPOSE')).toEqual(['1880 1881'])
  expect(JSON.parse(valuesOf(last, 'CMD')[0] ?? '[]')).toContain('--in-container')
  expect(JSON.parse(valuesOf(last, 'ENTRYPOINT')[0] ?? '[]')).toHaveLength(2)
})

test('nothing that is installed runs code of its own', () => {
  const installs = stages
    .flatMap((stage) => valuesOf(stage, 'RUN'))
    .filter((run) => /npm ci/.test(run))
  expect(installs.length).toBeGreaterThan(0)
  for (const install of installs) expect(install).toContain('--ignore-scripts')
})

test('what is copied from the repository is there, and secrets and tests are left out', async () => {
  const ignored = (await read('.dockerignore')).split('\n')
  expect(ignored).toEqual(
    expect.arrayContaining(['.git', '**/node_modules', '**/.env', '**/*.test.ts', 'e2e/**']),
  )
  const paths = valuesOf(last, 'COPY').flatMap(
    (rest) => /^--from=\w+ \/millrace\/(\S+)/.exec(rest)?.[1] ?? [],
  )
  expect(paths).toEqual(['node_modules', 'packages', 'nodes', 'apps/server', 'apps/editor/dist'])
  // npm ci needs the manifest of every workspace.
  expect(ignored).toEqual(
    expect.arrayContaining(['!e2e/package.json', '!e2e/services/package.json']),
  )
})

function stagesOf(text: string): readonly (readonly Instruction[])[] {
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .split('\n')
  const found: Instruction[][] = []
  for (const line of lines.filter((one) => one.trim() !== '')) {
    const [keyword = '', ...words] = line.trim().split(/\s+/)
    if (keyword === 'FROM') found.push([])
    found.at(-1)?.push({ keyword, rest: words.join(' ') })
  }
  return found
}
