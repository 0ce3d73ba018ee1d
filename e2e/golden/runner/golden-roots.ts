import { fileURLToPath } from 'node:url'

/** The folders whose folders are golden flows: those of the tests, and the editor's examples. */
export const goldenRoots: readonly string[] = [
  '../flows',
  '../../../apps/editor/src/examples/flows',
].map((path) => fileURLToPath(new URL(path, import.meta.url)))
