import type { Rule } from '../finding.ts'
import type { Repository } from '../repository.ts'

const roles = ['source.ts', 'operator.ts', 'sink.ts', 'connection.ts', 'note.ts']

export const nodeFolders: Rule = {
  name: 'node folders',
  remedy:
    'give every node type a folder with descriptor.ts, its behaviour (source.ts, operator.ts, sink.ts, or connection.ts), help.md and a test.',
  check: (repository) =>
    repository.files
      .filter((file) => /^nodes\/[^/]+\/src\/[^/]+\/descriptor\.ts$/.test(file))
      .map((file) => file.slice(0, -'descriptor.ts'.length))
      .flatMap((folder) =>
        problemsOf(folder, repository).map((problem) => ({ file: folder, problem })),
      ),
}

function problemsOf(folder: string, repository: Repository): string[] {
  const names = repository.files
    .filter((file) => file.startsWith(folder))
    .map((file) => file.slice(folder.length))
  const problems: string[] = []
  const behaviours = roles.filter((role) => names.includes(role))
  if (behaviours.length === 0) problems.push('has no behaviour')
  if (behaviours.length > 1) problems.push(`has two behaviours: ${behaviours.join(', ')}`)
  if (!names.includes('help.md')) problems.push('has no help.md')
  if (!names.some((name) => name.endsWith('.test.ts'))) problems.push('has no test')
  return problems
}
