import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

/** A `millrace` command running as people run it. */
export interface MillraceProcess {
  /** Waits for a line of its output; rejects when it ends before. */
  line(pattern: RegExp): Promise<RegExpExecArray>
  kill(signal: NodeJS.Signals): void
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>
  /** All that it wrote. */
  output(): string
}

export function startMillrace(args: readonly string[]): MillraceProcess {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const looks = new Set<() => void>()
  const take = (text: Buffer) => {
    output += text.toString()
    for (const look of looks) look()
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  return {
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(output)
          if (!found) return
          looks.delete(look)
          resolve(found)
        }
        looks.add(look)
        look()
        void ended.then((code) => reject(new Error(`It ended with ${code}:\n${output}`)))
      }),
    kill: (signal) => void child.kill(signal),
    ended,
    output: () => output,
  }
}
