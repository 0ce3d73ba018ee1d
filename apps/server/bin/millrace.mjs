#!/usr/bin/env node
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as module from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Plain JavaScript for any Node from 18 on: finds a Node 24 and runs the command on it.

const server = new URL('../src/main.ts', import.meta.url)
const node = findNode()

if (node === process.execPath) {
  keepCompiled()
  await import(server.href)
} else if (node === undefined) {
  process.stderr.write(
    'millrace needs Node 24: run `npm start` in its folder once, which fetches it.\n',
  )
  process.exitCode = 1
} else {
  runServer(node)
}

function findNode() {
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath
  const executable = process.platform === 'win32' ? 'node.exe' : 'node'
  return parents(fileURLToPath(server))
    .map((folder) => join(folder, 'node_modules', 'node', 'bin', executable))
    .find((path) => existsSync(path))
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function parents(path) {
  const parent = dirname(path)
  return parent === path ? [] : [parent, ...parents(parent)]
}

/** Spares a start the TypeScript stripper: its time, and the memory that it would keep. */
function keepCompiled() {
  const folder = fileURLToPath(new URL('../../../node_modules/.cache/millrace', import.meta.url))
  module.enableCompileCache(folder)
  // Threads take it from here.
  process.env['NODE_COMPILE_CACHE'] ??= folder
  // It would be written at the end, which a process that is killed does not have.
  setTimeout(module.flushCompileCache, 10_000).unref()
}

/** @param {string} executable */
function runServer(executable) {
  const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  const child = spawn(executable, args, { stdio: 'inherit' })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    // Ctrl+C in a terminal reaches the whole foreground group: the child has it already.
    const isShared = signal === 'SIGINT' && process.stdin.isTTY
    process.on(signal, () => void (isShared || child.kill(signal)))
  }
  child.on('error', (error) => {
    process.stderr.write(`millrace: ${error.message}\n`)
    process.exitCode = 1
  })
  child.on('close', (code, signal) => {
    process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0)
  })
}
