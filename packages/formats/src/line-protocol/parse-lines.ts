import { FormatError } from '../format-error.ts'
import { limits } from '../limits.ts'
import { LineScanner } from './line-scanner.ts'
import type { Point } from './point.ts'
import type { Precision } from './timestamp.ts'

export interface ParseLinesOptions {
  /** Of the timestamps. */
  readonly precision: Precision
  /**
   * Takes what is wrong with a line, and the other lines are read; without it the first line that
   * is wrong spoils the whole.
   */
  readonly onBadLine?: (error: FormatError) => void
}

/** The points in a text of line protocol; empty lines and comments are passed over. */
export function parseLines(text: string, { precision, onBadLine }: ParseLinesOptions): Point[] {
  const scanner = new LineScanner(text, precision)
  const points: Point[] = []
  while (scanner.skipToPoint()) {
    if (points.length >= limits.values) throw tooMany(scanner.line)
    try {
      points.push(scanner.point())
    } catch (error) {
      if (onBadLine === undefined || !(error instanceof FormatError)) throw error
      onBadLine(error)
      scanner.skipLine()
    }
  }
  return points
}

function tooMany(line: number): FormatError {
  return new FormatError('FORMAT_LIMIT', `there are more than ${limits.values} points.`, { line })
}
