import { existsSync } from 'node:fs'
import { findProgram } from './program.ts'

/** The path of a Chromium or Chrome, or nothing; `MILLRACE_CHROMIUM` names another. */
export function findChromium(): string | undefined {
  const chosen = process.env['MILLRACE_CHROMIUM']
  const usual = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
  return chosen ?? findProgram('chromium') ?? (existsSync(usual) ? usual : undefined)
}

/** Nothing that Chromium would do by itself on the network, and no sandbox for root. */
export const chromiumArguments: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
