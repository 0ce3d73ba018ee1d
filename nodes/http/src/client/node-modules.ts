/**
 * Node's `http` and `https`. An import of the first reads every export, also those that are loaded
 * only when they are read: undici, 12 MB of memory in each thread. This reads what is used.
 */
export const nodeHttp = process.getBuiltinModule('node:http')
export const nodeHttps = process.getBuiltinModule('node:https')
