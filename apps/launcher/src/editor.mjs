import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run, toolEnvironment } from './command.mjs'
import { Hint, inProject, say } from './project.mjs'

const editor = inProject('apps', 'editor')
const buildScript = join(editor, 'build.ts')
const stamp = join(editor, 'dist', '.stamp')
const packagesInside = ['protocol', 'flow', 'sdk', 'expression']
const foldersLeftOut = new Set(['node_modules', 'dist', '.cache'])

/**
 * Builds the editor when its sources are not those of the last build.
 * @param {string} node24
 */
export async function ensureEditor(node24) {
  if (!existsSync(buildScript)) return say('The editor has no build.ts yet: going on without it.')
  const hash = sourceHash()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  say('Building the editor …')
  const startedMs = Date.now()
  const { code } = await run(node24, [buildScript], { env: toolEnvironment(node24) })
  if (code !== 0) throw new Hint('The editor could not be built: see the error above.')
  writeFileSync(stamp, hash)
  say(`Editor built in ${((Date.now() - startedMs) / 1000).toFixed(1)} s.`)
}

function sourceHash() {
  const hash = createHash('sha256').update(readFileSync(inProject('package-lock.json')))
  const folders = [editor, ...packagesInside.map((name) => inProject('packages', name, 'src'))]
  for (const file of folders.flatMap(sources)) hash.update(`\0${file}\0`).update(readFileSync(file))
  return hash.digest('hex')
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function sources(folder) {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true })
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return foldersLeftOut.has(entry.name) ? [] : sources(path)
      return isSource(entry.name) ? [path] : []
    })
}

/** @param {string} name */
const isSource = (name) => !/\.test\.tsx?$|\.tsbuildinfo$|\.md$/.test(name)
