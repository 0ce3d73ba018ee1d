import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryOf, type Repository } from './repository.ts'

const foldersLeftOut = new Set(['node_modules', 'dist', '.git', '.cache', '.millrace', 'results'])

/** Reads the repository from disk: what git would keep of it. */
export function readRepository(root: string): Repository {
  return repositoryOf(list(root, ''), (file) => readFileSync(join(root, file), 'utf8'))
}

function list(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return foldersLeftOut.has(entry.name) ? [] : list(root, path)
    return entry.name.endsWith('.tsbuildinfo') ? [] : [path]
  })
}
