import { existsSync } from 'node:fs'
import { run, toolEnvironment } from './command.mjs'
import { ensureCompiled } from './compiled.mjs'
import { ensureEditor } from './editor.mjs'
import { ensureInstalled } from './install.mjs'
import { Hint, inProject, main } from './project.mjs'

// npm start [-- ARGS]: from a fresh clone to a running server.
await main(async () => {
  const node24 = await ensureInstalled()
  await Promise.all([ensureEditor(node24), ensureCompiled(node24)])
  const server = inProject('apps', 'server', 'bin', 'millrace.mjs')
  if (!existsSync(server)) throw new Hint(`There is no server at ${server}.`)
  // In the caller's folder, so that a path among the arguments means what was typed.
  const cwd = process.env['INIT_CWD'] ?? process.cwd()
  // A small new space: the server holds little, and what is idle should be small.
  const args = ['--max-semi-space-size=2', server, 'start', ...process.argv.slice(2)]
  const { code } = await run(node24, args, { env: toolEnvironment(node24), cwd })
  return code
})
