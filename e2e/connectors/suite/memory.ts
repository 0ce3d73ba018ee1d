import { readFile } from 'node:fs/promises'

/** Resident memory of processes together, by the process table of Linux. */
export async function residentMb(processes: readonly number[]): Promise<number> {
  const texts = await Promise.all(
    processes.map((id) => readFile(`/proc/${id}/status`, 'utf8').catch(() => '')),
  )
  const kilobytes = texts.map((text) => Number(/^VmRSS:\s+(\d+)/m.exec(text)?.[1] ?? 0))
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1024
}
