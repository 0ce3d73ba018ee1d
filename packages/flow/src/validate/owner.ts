/** Whose secrets they are: of a connection, or of a node of a flow. */
export function connectionOwner(id: string): string {
  return `connection/${id}`
}

export function nodeOwner(flow: string, node: string): string {
  return `flow/${flow}/${node}`
}

/** Identifies a secret in `Circumstances.secretsSet`. */
export function secretKey(owner: string, field: string): string {
  return `${owner}#${field}`
}
