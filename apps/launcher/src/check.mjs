import { ensureInstalled } from './install.mjs'
import { main, say } from './project.mjs'
import { runStep, staticSteps } from './steps.mjs'

const unitTests = {
  name: 'unit tests',
  command: ['vitest/vitest.mjs', 'run', '--project', 'unit', '--project', 'editor'],
}

// npm run check: everything that is quick enough for every commit.
await main(async () => {
  const node24 = await ensureInstalled()
  const bad = []
  for (const step of [...staticSteps, unitTests]) {
    const { isGood } = await runStep(node24, step)
    if (!isGood) bad.push(step.name)
  }
  say(bad.length === 0 ? 'All good.' : `Not good: ${bad.join(', ')}.`)
  return bad.length === 0 ? 0 : 1
})
