import type { Rule } from '../finding.ts'
import { codeFiles, isTest } from '../paths.ts'

const most = 400

export const fileSize: Rule = {
  name: 'file size',
  remedy: `split the file by what its parts are about: ${most} lines are long.`,
  check: (repository) =>
    codeFiles(repository)
      .filter((file) => !isTest(file))
      .map((file) => ({ file, lines: repository.text(file).trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > most)
      .map(({ file, lines }) => ({ file, problem: `has ${lines} lines` })),
}
