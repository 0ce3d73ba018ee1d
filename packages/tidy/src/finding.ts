import type { Repository } from './repository.ts'

/** A place where the repository breaks one of its rules. */
export interface Finding {
  readonly file: string
  readonly line?: number
  /** What is wrong there, as a sentence. */
  readonly problem: string
}

export interface Rule {
  readonly name: string
  /** What to do about a finding. */
  readonly remedy: string
  /** Looks the whole repository over; changes nothing. */
  check(repository: Repository): Finding[]
}

/** What the person who broke a rule reads; empty when nobody did. */
export function reportOf(rule: Rule, repository: Repository): string {
  const findings = rule.check(repository)
  if (findings.length === 0) return ''
  const lines = findings.map(({ file, line, problem }) => `  ${place(file, line)}: ${problem}`)
  return [`${rule.name}: ${rule.remedy}`, ...lines].join('\n')
}

const place = (file: string, line: number | undefined) =>
  line === undefined ? file : `${file}:${line}`
