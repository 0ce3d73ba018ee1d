import type { Rule } from '../finding.ts'
import { codeFiles } from '../paths.ts'

// `export … from` and `export { … }`, over several lines too, and comments.
const lists =
  /^\s*(\/\*[\s\S]*?\*\/|\/\/.*|export (type )?(\{[^}]*\}|\* as \w+|\*)( from '[^']+')?;?)/

/** A node package's index may also gather its node types into the list that the catalog loads. */
export const indexFiles: Rule = {
  name: 'index files',
  remedy: 'let an index.ts list what the package exports, and put the code beside it.',
  check: (repository) =>
    codeFiles(repository)
      .filter((file) => /^(packages|apps)\/.*\/index\.ts$/.test(file))
      .flatMap((file) => {
        const rest = afterLists(repository.text(file)).trim()
        if (rest === '') return []
        return [{ file, problem: `contains more than a list of exports: ${rest.split('\n')[0]}` }]
      }),
}

function afterLists(text: string): string {
  const rest = text.replace(lists, '')
  return rest === text ? text : afterLists(rest)
}
