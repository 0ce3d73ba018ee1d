import type { Flow } from './flow.ts'

export function emptyFlow(name: string, title: string): Flow {
  return { millrace: 1, name, title, nodes: [], wires: [], layout: {} }
}
