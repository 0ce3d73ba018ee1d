export { reportOf, type Finding, type Rule } from './finding.ts'
export { readRepository } from './read-repository.ts'
export type { Import, Manifest, Repository, Workspace } from './repository.ts'
export { rules } from './rules.ts'
