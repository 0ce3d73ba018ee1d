import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseFlowText } from '@millrace/flow'
import type { Flow } from '@millrace/flow'
import type { Message } from '@millrace/sdk'

/** One line of `input.jsonl`. */
export type InputLine =
  /** A message that a source emits, after the clock has come to `at`. */
  | { readonly at?: number; readonly node: string; readonly message: Message }
  /** The clock goes on; it stands at 0 when the flow starts. */
  | { readonly advance: number }
  /** The clock goes on to this time. */
  | { readonly advanceTo: number }
  /** A source says itself how far event time has come. */
  | { readonly watermark: number; readonly node: string }
  /** A button is pressed. */
  | { readonly action: string; readonly node: string; readonly argument?: unknown }
  /** All sources end. */
  | { readonly end: true }
  /** The flow cannot be resumed after a crash, for this reason. */
  | { readonly cannotResume: string }

/** One line of `expected.jsonl`: what reached a sink. */
export interface OutputLine {
  readonly node: string
  readonly port: string
  readonly message: unknown
}

export interface Golden {
  readonly name: string
  readonly folder: string
  readonly flow: Flow
  readonly input: readonly InputLine[]
  readonly expected: readonly OutputLine[]
}

/** All golden flows below a folder; each is a folder with `flow.json`. */
export function readGoldens(root: string): readonly Golden[] {
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return folders
    .filter(({ name }) => existsSync(join(root, name, 'flow.json')))
    .map(({ name }) => readGolden(name, join(root, name)))
}

function readGolden(name: string, folder: string): Golden {
  const parsed = parseFlowText(readFileSync(join(folder, 'flow.json'), 'utf8'))
  if (parsed.flow === undefined) {
    throw new Error(
      `${name}/flow.json: ${parsed.problems.map(({ message }) => message).join('; ')}`,
    )
  }
  return {
    name,
    folder,
    flow: parsed.flow,
    // Written by hand and read only by these tests; a line of another form fails the run by name.
    input: readLines(join(folder, 'input.jsonl')) as readonly InputLine[],
    expected: readLines(join(folder, 'expected.jsonl')) as readonly OutputLine[],
  }
}

function readLines(file: string): readonly unknown[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line.trim() !== '').map((line): unknown => JSON.parse(line))
}
