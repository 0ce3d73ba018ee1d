import type { Rule } from '../finding.ts'

const texts = /\.(ts|tsx|mjs|json|md|css|html|yml|yaml|sh|conf|toml)$|(^|\/)(Dockerfile|run)$/
// Folders that exist on somebody's machine only; a path in a URL has a host in front.
const machine = /(?<![\w.:}/])\/(root|work|home\/[a-z]\w*|Users\/[A-Za-z]\w*)\/\w/

export const machinePaths: Rule = {
  name: 'machine paths',
  remedy: 'write paths relative to the repository, or take them from the environment.',
  check: (repository) =>
    repository.files
      .filter(
        (file) => texts.test(file) && !file.startsWith('packages/tidy/src/rules/machine-paths'),
      )
      .flatMap((file) =>
        repository
          .text(file)
          .split('\n')
          .flatMap((text, at) => {
            const found = machine.exec(text)?.[0]
            if (found === undefined) return []
            return [{ file, line: at + 1, problem: `speaks of one machine's folders: ${found}…` }]
          }),
      ),
}
