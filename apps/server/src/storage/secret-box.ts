import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** A value as it is stored: AES-256-GCM, bound to what it belongs to. All base64. */
export interface SealedSecret {
  readonly nonce: string
  readonly sealed: string
  readonly tag: string
}

const cipher = 'aes-256-gcm'
const nonceBytes = 12

/** `belongsTo` is authenticated with the value: a sealed value moved elsewhere does not open. */
export function sealSecret(key: Uint8Array, value: string, belongsTo: string): SealedSecret {
  const nonce = randomBytes(nonceBytes)
  const sealing = createCipheriv(cipher, key, nonce)
  sealing.setAAD(Buffer.from(belongsTo))
  const sealed = Buffer.concat([sealing.update(value, 'utf8'), sealing.final()])
  return {
    nonce: nonce.toString('base64'),
    sealed: sealed.toString('base64'),
    tag: sealing.getAuthTag().toString('base64'),
  }
}

/** Throws where the key is another, or anything of it was changed. */
export function openSecret(key: Uint8Array, secret: SealedSecret, belongsTo: string): string {
  const opening = createDecipheriv(cipher, key, Buffer.from(secret.nonce, 'base64'), {
    authTagLength: 16,
  })
  opening.setAAD(Buffer.from(belongsTo))
  opening.setAuthTag(Buffer.from(secret.tag, 'base64'))
  const opened = [opening.update(Buffer.from(secret.sealed, 'base64')), opening.final()]
  return Buffer.concat(opened).toString('utf8')
}
