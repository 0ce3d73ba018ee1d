import { resolve } from 'node:path'
import { run, toolEnvironment } from './command.mjs'
import { ensureInstalled } from './install.mjs'
import { Hint, inProject, main } from './project.mjs'

// tool.mjs FILE ARGS: runs a TypeScript file of the repository on Node 24.
await main(async () => {
  const [file, ...args] = process.argv.slice(2)
  if (file === undefined) throw new Hint('usage: node apps/launcher/src/tool.mjs FILE [ARGS]')
  const node24 = await ensureInstalled()
  const cwd = process.env['INIT_CWD'] ?? process.cwd()
  const { code } = await run(node24, [resolve(inProject(), file), ...args], {
    env: toolEnvironment(node24),
    cwd,
  })
  return code
})
