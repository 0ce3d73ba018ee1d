/** `npm run docs`: writes the table of connectors into the docs. */
import { writeFile } from 'node:fs/promises'
import { connectorsPage, page } from './connectors-page.ts'

const { is, wanted } = await connectorsPage()
if (is !== wanted) await writeFile(page, wanted)
process.stdout.write(is === wanted ? 'The docs are up to date.\n' : 'nodes/README.md is written.\n')
