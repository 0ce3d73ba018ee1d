import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** The folder for files of a test, and beside it one that is allowed. */
export class TestFolder {
  readonly root: string = mkdtempSync(join(tmpdir(), 'millrace-file-'))
  readonly files: string = join(this.root, 'files')
  readonly allowed: string = join(this.root, 'allowed')

  constructor() {
    mkdirSync(this.files)
    mkdirSync(this.allowed)
    process.env['MILLRACE_FILES'] = this.files
    process.env['MILLRACE_FILE_FOLDERS'] = this.allowed
  }

  at(name: string): string {
    return join(this.files, name)
  }

  write(name: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.at(name)), { recursive: true })
    writeFileSync(this.at(name), content)
  }

  append(name: string, content: string | Uint8Array): void {
    appendFileSync(this.at(name), content)
  }

  rename(from: string, to: string): void {
    renameSync(this.at(from), this.at(to))
  }

  /** Sets when it was last written to, as if that were long ago or yet to come. */
  touch(name: string, seconds: number): void {
    utimesSync(this.at(name), seconds, seconds)
  }

  has(name: string): boolean {
    return existsSync(this.at(name))
  }

  text(name: string): string {
    return readFileSync(this.at(name), 'utf8')
  }

  remove(): void {
    delete process.env['MILLRACE_FILES']
    delete process.env['MILLRACE_FILE_FOLDERS']
    rmSync(this.root, { recursive: true, force: true })
  }
}
