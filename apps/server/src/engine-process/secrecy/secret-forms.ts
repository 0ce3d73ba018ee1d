/** Shorter ones are also words of everyday texts, which would be torn. */
const secretLengthMin = 8

/** All the ways in which a secret may stand in a text: as it is, escaped, encoded, in parts. */
export function formsOf(secret: string): readonly string[] {
  const parts = partsOf(secret).filter((part) => part.length >= secretLengthMin)
  return [...new Set(parts.flatMap(writtenForms))]
}

function partsOf(secret: string): readonly string[] {
  if (secret.includes('-----BEGIN')) return keyLines(secret)
  const lines = secret.split(/\r\n|\r|\n/).map((line) => line.trim())
  return lines.flatMap((line) => wayOf(line) ?? [line, ...headerValue(line)])
}

/** Of a key, some of its lines; a certificate is shown to everybody who connects. */
function keyLines(pem: string): readonly string[] {
  if (!pem.includes('PRIVATE KEY-----')) return []
  const key = pem.slice(pem.indexOf('PRIVATE KEY-----')).split(/\r\n|\r|\n/)
  return key.slice(1, 4).map((line) => line.trim())
}

/** `Name: value`, as secret headers are given. */
function headerValue(line: string): readonly string[] {
  const value = /^[\w-]+:\s*(\S.*)$/.exec(line)?.[1]
  return value === undefined || value.startsWith('//') ? [] : [value]
}

/** Of an address that is a secret as a whole, what follows the host: that may be told. */
function wayOf(line: string): readonly string[] | undefined {
  const url = /^https?:\/\//i.test(line) ? URL.parse(line) : null
  const way = url === null ? '' : `${url.pathname}${url.search}`
  return way.length > 1 ? [way] : undefined
}

function writtenForms(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1)
  return [secret, json, encoded(secret), ...base64Forms(secret)]
}

/** Half of a pair of surrogates cannot be encoded. */
function encoded(secret: string): string {
  return secret.isWellFormed() ? encodeURIComponent(secret) : secret
}

/**
 * In base64 a text looks otherwise by how many bytes stand before it, such as a user name. What the
 * text alone decides is looked for.
 */
function base64Forms(secret: string): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)])
    const from = Math.ceil((before * 8) / 6)
    const core = bytes.toString('base64').slice(from, Math.floor((bytes.length * 8) / 6))
    return core.length < secretLengthMin
      ? []
      : [core, core.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
