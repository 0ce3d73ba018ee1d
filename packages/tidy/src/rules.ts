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

/** All rules of the repository. A new one is a file beside these, its test, and a line here. */
export const rules: readonly Rule[] = [
  importDirection,
  declaredImports,
  throughExports,
  platformFree,
  reactFreeModel,
  onlyIn,
  dynamicImport,
  noClock,
  versions,
  lockfile,
  fileSize,
  fileNames,
  machinePaths,
  indexFiles,
  nodeFolders,
  codeMap,
]
