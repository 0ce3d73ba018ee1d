import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'vite'

/**
 * The most that a browser may have to load before the editor shows, compressed. With what it then
 * asks the server for it has to stay under 300 KB, which the browser tests measure.
 */
const firstLoadLimitKb = 270

const folder = fileURLToPath(new URL('.', import.meta.url))
const dist = join(folder, 'dist')
/** Where it is built; it takes the place of `dist` when all is well. */
const next = join(folder, '.cache', 'dist')

await build({
  configFile: join(folder, 'vite.config.ts'),
  logLevel: 'warn',
  build: { outDir: next, emptyOutDir: true },
})
compress()
if (isFirstLoadSmall()) replaceDist()
else process.exitCode = 1

/** Puts `.br` and `.gz` beside every text, so that the server only has to send them. */
function compress(): void {
  for (const file of files()) {
    if (!/\.(js|css|html|svg)$/.test(file)) continue
    const text = readFileSync(file)
    writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }))
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: 10,
      [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
    }
    writeFileSync(`${file}.br`, brotliCompressSync(text, { params }))
  }
}

/** What `index.html` names is loaded at once; the rest when it is needed. */
function isFirstLoadSmall(): boolean {
  const html = readFileSync(join(next, 'index.html'), 'utf8')
  const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(
    ([, path]) => path ?? '',
  )
  const parts = ['index.html', ...named]
  const bytes = parts.reduce((sum, path) => sum + readFileSync(join(next, `${path}.gz`)).length, 0)
  const kb = Math.round(bytes / 102.4) / 10
  const later =
    files().filter((file) => file.endsWith('.js.gz')).length -
    named.filter((path) => path.endsWith('.js')).length
  console.log(
    `Editor: first load ${kb} KB compressed (limit ${firstLoadLimitKb} KB), ${later} more files when needed.`,
  )
  if (kb <= firstLoadLimitKb) return true
  console.error('The first load is too large. Load something later, or leave it out.')
  return false
}

function replaceDist(): void {
  rmSync(dist, { recursive: true, force: true })
  renameSync(next, dist)
}

function files(): readonly string[] {
  const entries = readdirSync(next, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
