/**
 * Node's `http`. An import of it reads every export, also those that are loaded only when they are
 * read: undici, 12 MB of memory in each process and thread. This reads what is used.
 */
export const nodeHttp = process.getBuiltinModule('node:http')
