/** Loaded into an engine process before all else: its clock is ahead by what a file says. */
import { readFileSync } from 'node:fs'

const path = process.env['FAULTS_CLOCK'] ?? ''
const realNow = Date.now.bind(Date)
let offsetMs = 0

function look(): void {
  try {
    offsetMs = Number(readFileSync(path, 'utf8'))
  } catch {
    // Just being written.
  }
}

look()
setInterval(look, 20).unref()
Date.now = () => realNow() + offsetMs
