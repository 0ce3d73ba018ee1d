import { existsSync } from 'node:fs'
import { run, toolEnvironment } from './command.mjs'
import { ensureCompiled } from './compiled.mjs'
import { ensureEditor } from './editor.mjs'
import { ensureInstalled } from './install.mjs'
import { Hint, main } from './project.mjs'
import { server, startArguments } from './server.mjs'

// npm start [-- ARGS]: from a fresh clone to a running server.
await main(async () => {
  const node24 = await ensureInstalled()
  await Promise.all([ensureEditor(node24), ensureCompiled(node24)])
  if (!existsSync(server)) throw new Hint(`There is no server at ${server}.`)
  // In the caller's folder, so that a path among the arguments means what was typed.
  const cwd = process.env['INIT_CWD'] ?? process.cwd()
  const args = startArguments(process.argv.slice(2))
  const { code } = await run(node24, args, { env: toolEnvironment(node24), cwd })
  return code
})
