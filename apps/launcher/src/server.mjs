import { inProject } from './project.mjs'

export const server = inProject('apps', 'server', 'bin', 'millrace.mjs')

/**
 * What Node is called with to start the server. A small new space: the server holds little, and
 * what is idle should be small. What is compiled is kept apart for each set of such flags.
 * @param {readonly string[]} args
 */
export const startArguments = (args) => ['--max-semi-space-size=2', server, 'start', ...args]
