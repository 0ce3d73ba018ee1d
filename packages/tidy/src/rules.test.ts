import { expect, test } from 'vitest'
import type { Rule } from './finding.ts'
import { codeMap } from './rules/code-map.ts'
import { declaredImports } from './rules/declared-imports.ts'
import { dynamicImport } from './rules/dynamic-import.ts'
import { fileNames } from './rules/file-names.ts'
import { fileSize } from './rules/file-size.ts'
import { importDirection } from './rules/import-direction.ts'
import { indexFiles } from './rules/index-files.ts'
import { lockfile } from './rules/lockfile.ts'
import { machinePaths } from './rules/machine-paths.ts'
import { noClock } from './rules/no-clock.ts'
import { nodeFolders } from './rules/node-folders.ts'
import { onlyIn } from './rules/only-in.ts'
import { platformFree } from './rules/platform-free.ts'
import { reactFreeModel } from './rules/react-free-model.ts'
import { throughExports } from './rules/through-exports.ts'
import { versions } from './rules/versions.ts'
import { rules } from './rules.ts'
import { planted, type Planted } from './testing/planted.ts'

interface Case {
  readonly rule: Rule
  readonly name: string
  readonly files: Planted
  /** What the rule says of them, without the remedy. */
  readonly finds: readonly string[]
}

// In two parts, or the rule would find it here.
const annasFolder = ['', 'home', 'anna', ''].join('/')

const locked = (packages: object) => ({ 'package-lock.json': { packages } })

const cases: readonly Case[] = [
  {
    rule: importDirection,
    name: 'an arrow that points up',
    files: { 'packages/sdk/src/a.ts': "import { x } from '@millrace/engine'" },
    finds: ['packages/sdk/src/a.ts:1 packages/sdk may not import @millrace/engine'],
  },
  {
    rule: importDirection,
    name: 'more of the sdk than its descriptor, but for types',
    files: {
      'packages/flow/src/a.ts': "\nimport { operator } from '@millrace/sdk'",
      'packages/flow/src/b.ts': "import type { Message } from '@millrace/sdk'",
      'packages/flow/src/c.ts': "import { defaults } from '@millrace/sdk/descriptor'",
    },
    finds: ['packages/flow/src/a.ts:2 packages/flow may not import @millrace/sdk'],
  },
  {
    rule: importDirection,
    name: 'a node package imported by an application, by re-export too',
    files: {
      'apps/server/package.json': { name: 'millrace' },
      'apps/server/src/a.ts': "export * from '@millrace/nodes-core'",
    },
    finds: ['apps/server/src/a.ts:1 apps/server may not import @millrace/nodes-core'],
  },
  {
    rule: declaredImports,
    name: 'an import that only hoisting makes work',
    files: {
      'nodes/core/src/a.ts': "import mqtt from 'mqtt'\nimport { x } from '@millrace/sdk'",
      'nodes/core/src/b.ts': "import net from 'node:net'\nimport { y } from './c.ts'",
    },
    finds: ['nodes/core/src/a.ts:1 mqtt is not listed in nodes/core/package.json'],
  },
  {
    rule: declaredImports,
    name: 'a development dependency outside a test',
    files: {
      'nodes/core/src/a.ts': "import { expect } from 'vitest'",
      'nodes/core/src/a.test.ts': "import { expect } from 'vitest'",
      'nodes/core/src/testing/b.ts': "import { expect } from 'vitest'",
    },
    finds: ['nodes/core/src/a.ts:1 vitest is not listed in nodes/core/package.json'],
  },
  {
    rule: throughExports,
    name: 'a relative way out of the package',
    files: { 'nodes/core/src/a.ts': "import { x } from '../../../packages/sdk/src/index.ts'" },
    finds: ['nodes/core/src/a.ts:1 ../../../packages/sdk/src/index.ts leads out of nodes/core'],
  },
  {
    rule: throughExports,
    name: 'a door that the package does not have',
    files: {
      'nodes/core/src/a.ts': "import { x } from '@millrace/sdk/src/message.ts'",
      'nodes/core/src/b.ts': "import { x } from '@millrace/sdk/descriptor'",
    },
    finds: ['nodes/core/src/a.ts:1 @millrace/sdk exports nothing as "./src/message.ts"'],
  },
  {
    rule: platformFree,
    name: 'Node in the sdk',
    files: {
      'packages/sdk/src/a.ts': "import { readFileSync } from 'node:fs'",
      'packages/sdk/src/a.test.ts': "import { readFileSync } from 'node:fs'",
      'packages/flow/tsconfig.src.json': { compilerOptions: { types: ['node'] } },
    },
    finds: [
      'packages/sdk/src/a.ts:1 imports node:fs',
      'packages/flow/tsconfig.src.json sets "types" or "lib", which lets Node or the DOM in',
    ],
  },
  {
    rule: reactFreeModel,
    name: 'React reached by way of another file',
    files: {
      'apps/editor/src/model/a.ts': "import { b } from '../shell/b.tsx'",
      'apps/editor/src/shell/b.tsx': "import { useState } from 'react'",
      'apps/editor/src/model/c.ts': "import { createStore } from 'zustand/vanilla'",
      'apps/editor/src/model/d.ts': "import { create } from 'zustand'",
    },
    finds: [
      'apps/editor/src/model/a.ts:1 reaches React by apps/editor/src/shell/b.tsx → react',
      'apps/editor/src/model/d.ts:1 reaches React by zustand',
    ],
  },
  {
    rule: onlyIn,
    name: 'modules away from home',
    files: {
      'apps/editor/src/canvas/a.tsx': "import { ReactFlow } from '@xyflow/react'",
      'apps/editor/src/inspector/a.tsx': "import type { Node } from '@xyflow/react'",
      'packages/engine/src/a.ts': "import { writeFile } from 'node:fs/promises'",
      'packages/engine/src/a.test.ts': "import { writeFile } from 'node:fs/promises'",
      'nodes/core/src/a.ts': "import express from 'express'",
    },
    finds: [
      'apps/editor/src/inspector/a.tsx:1 @xyflow/react may be imported only in apps/editor/src/canvas/',
      expect.stringContaining(
        'packages/engine/src/a.ts:1 node:fs/promises may be imported only in',
      ),
      'nodes/core/src/a.ts:1 express may be imported only in apps/server/, e2e/',
    ],
  },
  {
    rule: dynamicImport,
    name: 'code loaded at run time',
    files: {
      'packages/engine/src/a.ts': "const name = 'x'\nawait import(name)",
      'packages/engine/src/b.ts': "await import('./c.ts')",
      'packages/catalog/src/a.ts': "const name = 'x'\nawait import(name)",
      'apps/editor/src/a.ts': "await import('./chunk.tsx')",
    },
    finds: [
      'packages/engine/src/a.ts:2 import(…) at run time',
      "packages/engine/src/b.ts:1 import('./c.ts') at run time",
    ],
  },
  {
    rule: noClock,
    name: 'time that nobody handed over',
    files: {
      'packages/engine/src/a.ts': [
        'export const a = (time: number) => [Date.now(), new Date(time), new Date()]',
        'setTimeout(() => {}, 5)',
        '// Date.now() in a comment, and "setTimeout()" in a text, are nothing',
        "export const text = 'Date.now()'",
        'export const wait = (timers: { setTimeout(): void }) => timers.setTimeout()',
      ].join('\n'),
      'nodes/core/src/a.ts': "import { setTimeout } from 'node:timers/promises'",
      'nodes/core/src/a.test.ts': 'setTimeout(() => {}, 5)',
      'apps/editor/src/a.ts': 'Date.now()',
    },
    finds: [
      'packages/engine/src/a.ts:1 calls Date.now',
      'packages/engine/src/a.ts:1 calls new Date',
      'packages/engine/src/a.ts:2 calls setTimeout',
      'nodes/core/src/a.ts:1 imports node:timers/promises',
    ],
  },
  {
    rule: versions,
    name: 'ranges, and two versions of the same',
    files: {
      'nodes/a/package.json': { name: 'a', dependencies: { mqtt: '5.16.0', ws: '^8.0.0' } },
      'nodes/b/package.json': { name: 'b', dependencies: { mqtt: '5.15.0' } },
      'nodes/c/package.json': {
        name: 'c',
        dependencies: { mqtt: '5.16.0', '@millrace/sdk': '0.2.0' },
      },
    },
    finds: [
      'nodes/a/package.json ws is not exact: ^8.0.0',
      'nodes/b/package.json mqtt is 5.15.0 here and 5.16.0 elsewhere',
      'nodes/c/package.json @millrace/sdk is 0.2.0 here and 0.1.0 elsewhere',
    ],
  },
  {
    rule: lockfile,
    name: 'a host, a platform left out, and a manifest that went ahead',
    files: {
      ...locked({
        '': { devDependencies: { vitest: '5.1.1' } },
        'packages/sdk': {},
        'packages/engine': { dependencies: { '@millrace/sdk': '0.1.0' } },
        'packages/flow': {},
        'apps/editor': { dependencies: { '@millrace/flow': '0.1.0', '@millrace/sdk': '0.1.0' } },
        'nodes/core': { dependencies: { '@millrace/sdk': '0.1.0' } },
        'node_modules/@millrace/sdk': { resolved: 'packages/sdk', link: true },
        'node_modules/ws': { version: '8.23.0', resolved: 'https://registry.example/ws.tgz' },
        'node_modules/fast': { version: '1.0.0', optionalDependencies: { a: '1.0.0', b: '1.0.0' } },
        'node_modules/fast/node_modules/a': { version: '1.0.0' },
      }),
    },
    finds: [
      'package-lock.json node_modules/ws names the host that it came from',
      'package-lock.json node_modules/fast may need b, which is not locked',
      'package-lock.json differs from packages/flow/package.json in its dependencies',
    ],
  },
  {
    rule: fileSize,
    name: 'a long file',
    files: {
      'packages/sdk/src/a.ts': 'let a\n'.repeat(401),
      'packages/sdk/src/b.ts': 'let a\n'.repeat(400),
      'packages/sdk/src/a.test.ts': 'let a\n'.repeat(401),
    },
    finds: ['packages/sdk/src/a.ts has 401 lines'],
  },
  {
    rule: fileNames,
    name: 'names that say nothing',
    files: {
      'packages/sdk/src/keyedState.ts': '',
      'packages/sdk/src/helpers/keyed-state.ts': '',
      'packages/sdk/src/flow-manager.test.ts': '',
      'packages/sdk/src/keyed-state.service.test.ts': '',
    },
    finds: [
      'packages/sdk/src/keyedState.ts is not in kebab-case',
      'packages/sdk/src/helpers says nothing: "helpers"',
      'packages/sdk/src/flow-manager.test.ts says nothing: "manager"',
    ],
  },
  {
    rule: machinePaths,
    name: "a folder of somebody's machine",
    files: {
      'README.md': `Start it.\nIt is in ${annasFolder}millrace.`,
      'packages/sdk/src/a.ts': `fetch('http://example.org${annasFolder}x')`,
    },
    finds: [`README.md:2 speaks of one machine's folders: ${annasFolder}m…`],
  },
  {
    rule: indexFiles,
    name: 'code in an index',
    files: {
      'packages/sdk/src/index.ts': [
        '/** What a node author needs. */',
        "export { a, type B } from './a.ts'",
        "export type {\n  C,\n  D,\n} from './c.ts'",
        "export * as fields from './fields.ts'",
      ].join('\n'),
      'packages/engine/src/index.ts': "export { a } from './a.ts'\nexport const limit = 5",
    },
    finds: [
      'packages/engine/src/index.ts contains more than a list of exports: export const limit = 5',
    ],
  },
  {
    rule: nodeFolders,
    name: 'a node that is not all there',
    files: {
      'nodes/core/src/filter/descriptor.ts': '',
      'nodes/core/src/filter/operator.ts': '',
      'nodes/core/src/filter/operator.test.ts': '',
      'nodes/core/src/filter/help.md': '',
      'nodes/core/src/debug/descriptor.ts': '',
    },
    finds: [
      'nodes/core/src/debug/ has no behaviour',
      'nodes/core/src/debug/ has no help.md',
      'nodes/core/src/debug/ has no test',
    ],
  },
  {
    rule: codeMap,
    name: 'a workspace that the README forgot',
    files: {
      'README.md': 'packages/\n  sdk/  authors\n  engine/  runs\napps/editor\nnodes/core',
    },
    finds: ['README.md says nothing of packages/flow'],
  },
]

test.for(cases)('$rule.name finds $name', ({ rule, files, finds }) => {
  const found = rule.check(planted(files))
  const lines = found.map(({ file, line, problem }) =>
    line === undefined ? `${file} ${problem}` : `${file}:${line} ${problem}`,
  )
  expect(lines).toEqual(finds)
})

test('every rule has a case of its own', () => {
  expect(rules.filter((rule) => !cases.some((one) => one.rule === rule))).toEqual([])
})
