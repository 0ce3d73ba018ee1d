import { isForbiddenKey } from '../parse/unsafe-json.ts'

/** Whose secrets they are: of a connection, or of a node of a flow. */
export function connectionOwner(id: string): string {
  return `connection/${id}`
}

export function nodeOwner(flow: string, node: string): string {
  return `flow/${flow}/${node}`
}

const ownerPattern = /^(?:connection\/[\w-]{1,64}|flow\/[a-z0-9][a-z0-9-]{0,63}\/[\w-]{1,64})$/

export function isSecretOwner(text: string): boolean {
  return ownerPattern.test(text) && !text.split('/').some(isForbiddenKey)
}

/** Identifies a secret in `Circumstances.secretsSet`. */
export function secretKey(owner: string, field: string): string {
  return `${owner}#${field}`
}
