import { availableParallelism, totalmem } from 'node:os'
import type { EngineSettings } from '../engine-process/messages.ts'

const megabyte = 1024 * 1024

/** Bounds within which flows run. */
export function engineSettings(options: {
  readonly nodePackages: readonly string[]
  readonly flowPort: number
  readonly host?: string
  /** Whether flows answer only the networks that this machine is part of. */
  readonly isForOwnNetworks?: boolean
  /** Where flows keep what must outlive them. */
  readonly durable?: EngineSettings['durable']
  readonly isUnattended?: boolean
}): EngineSettings {
  const totalMb = totalmem() / megabyte
  return {
    http: {
      host: options.host ?? '127.0.0.1',
      port: options.flowPort,
      isForOwnNetworks: options.isForOwnNetworks === true,
    },
    nodePackages: options.nodePackages,
    flowHeapMb: Math.round(Math.min(1_024, totalMb / 4)),
    processMemoryMb: Math.round(Math.min(3_072, totalMb / 2)),
    stuckMs: 2_000,
    silentMs: 10_000,
    terminateMs: 1_000,
    durable: options.durable,
    sharing: { ownThreads: Math.max(4, availableParallelism()), companyMax: 64 },
    isUnattended: options.isUnattended,
  }
}

/**
 * What flows may know of the environment: enough for programs to run, where they may write files and
 * time series, and no secrets in it.
 */
export function engineEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  folders?: { readonly files: string; readonly store: string },
): Readonly<Record<string, string>> {
  const found = Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
  if (folders === undefined) return found
  return { ...found, MILLRACE_FILES: folders.files, MILLRACE_STORE: folders.store }
}

const names = [
  'PATH',
  'TZ',
  'LANG',
  'LC_ALL',
  'NODE_EXTRA_CA_CERTS',
  'SystemRoot',
  'TEMP',
  // Folders beside that for files in which flows may write, as in PATH.
  'MILLRACE_FILE_FOLDERS',
]
