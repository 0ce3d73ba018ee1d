import type { Rule } from '../finding.ts'

const file = 'README.md'

export const codeMap: Rule = {
  name: 'code map',
  remedy:
    'list every workspace folder in the code map of the README, with a sentence on what it does.',
  check(repository) {
    if (!repository.has(file)) return [{ file, problem: 'is missing' }]
    const text = repository.text(file)
    return repository.workspaces
      .filter(({ folder }) => !isListed(folder, text))
      .map(({ folder }) => ({ file, problem: `says nothing of ${folder}` }))
  },
}

/** By its path, or by its name below the name of the folder around it. */
function isListed(folder: string, text: string): boolean {
  if (text.includes(folder)) return true
  const [top = '', name = ''] = folder.split('/')
  const tree = text.slice(text.search(new RegExp(`^\\W*${top}/`, 'm')))
  return new RegExp(`^\\W+${name}/?(\\s|$)`, 'm').test(tree)
}
