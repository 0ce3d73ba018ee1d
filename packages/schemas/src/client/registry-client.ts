import type { Timers } from '@millrace/sdk'
import { Caller, signInHeaders, unreachable } from '@millrace/web'
import type { Answer, SignIn, TlsConfig } from '@millrace/web'
import { RegistryError } from './registry-error.ts'
import type { SchemaReference, SchemaText, SchemaType, WholeSchema } from './registered-schema.ts'

export interface RegistryOptions extends SignIn, TlsConfig {
  readonly url: string
  readonly timeoutMs: number
  readonly timers: Timers
}

export interface Registered {
  readonly id: number
  readonly schema: SchemaText
}

/** What the references of a schema lead to. */
interface Gathered {
  readonly used: Map<string, string>
  /** Counted, as they may lead in a circle. */
  asked: number
}

const answerBytesMax = 4_194_304
/** Schemas that one uses, and those that they use. */
const referencesMax = 100
/** Numbers of schemas are signed in 32 bits. */
const idMax = 0x7fff_ffff
const mediaType = 'application/vnd.schemaregistry.v1+json'

/** The REST API of a Confluent Schema Registry, which others speak too. */
export class RegistryClient {
  private readonly options: RegistryOptions
  private readonly caller: Caller

  constructor(options: RegistryOptions) {
    const { timers, timeoutMs } = options
    this.options = options
    this.caller = new Caller({ timers, timeoutMs, answerBytesMax, tls: options })
  }

  get host(): string {
    return new URL(this.options.url).host
  }

  close(): void {
    this.caller.close()
  }

  async subjects(): Promise<readonly string[]> {
    const found = await this.ask('GET', '/subjects')
    return Array.isArray(found) ? found.filter((name) => typeof name === 'string') : []
  }

  /** Throws `SCHEMA_UNKNOWN` where there is none of this number. */
  async schema(id: number): Promise<WholeSchema> {
    // Registries do not take it for a number at all, and answer as to an unknown path.
    if (id > idMax) throw noSuchSchema(`its number cannot be over ${idMax}`)
    const found = await this.ask('GET', `/schemas/ids/${id}`)
    return this.whole(schemaOf(found))
  }

  /** The newest of a subject; `undefined` where it has none. */
  async latest(subject: string): Promise<(Registered & { whole: WholeSchema }) | undefined> {
    const found = await this.find('GET', `/subjects/${encodeURIComponent(subject)}/versions/latest`)
    if (found === undefined) return undefined
    const schema = schemaOf(found)
    return { id: idOf(found), schema, whole: await this.whole(schema) }
  }

  /** The number of this very schema in the subject; `undefined` where it is not registered. */
  async idOf(subject: string, schema: SchemaText): Promise<number | undefined> {
    const path = `/subjects/${encodeURIComponent(subject)}`
    const found = await this.find('POST', path, bodyOf(schema))
    return found === undefined ? undefined : idOf(found)
  }

  async register(subject: string, schema: SchemaText): Promise<number> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`
    return idOf(await this.ask('POST', path, bodyOf(schema)))
  }

  /**
   * Subjects that have the schema of this number. Older registries cannot be asked that; then, and
   * where there are none, it is empty.
   */
  async subjectsOf(id: number): Promise<readonly string[]> {
    const answer = await this.exchange('GET', `/schemas/ids/${id}/versions`)
    const found = isGood(answer) ? jsonOf(answer) : []
    if (!Array.isArray(found)) return []
    const names = found.map((one: unknown) => textOf(fieldsOf(one)['subject']))
    return [...new Set(names)].filter((name) => name !== '')
  }

  /** Why the schema cannot be the subject's next, by its rules of compatibility; `undefined` where it can. */
  async incompatibility(subject: string, schema: SchemaText): Promise<string | undefined> {
    const versions = `/compatibility/subjects/${encodeURIComponent(subject)}/versions`
    const newest = await this.find('POST', `${versions}/latest?verbose=true`, bodyOf(schema))
    // There is nothing yet that it would have to follow.
    if (newest === undefined) return undefined
    const why = whyNot(newest)
    if (why !== undefined || !(await this.looksAtAll(subject))) return why
    const all = await this.exchange('POST', `${versions}?verbose=true`, bodyOf(schema))
    // Older registries cannot be asked that.
    return isGood(all) ? whyNot(this.contentOf(all)) : undefined
  }

  /** Whether a schema has to be compatible with all versions before it, and not the newest alone. */
  private async looksAtAll(subject: string): Promise<boolean> {
    const own = `/config/${encodeURIComponent(subject)}?defaultToGlobal=true`
    for (const path of [own, '/config']) {
      // oxlint-disable-next-line no-await-in-loop -- only where the subject has no rule of its own
      const answer = await this.exchange('GET', path)
      if (!isGood(answer)) continue
      const { compatibilityLevel, compatibility } = fieldsOf(this.contentOf(answer))
      return textOf(compatibilityLevel ?? compatibility).endsWith('_TRANSITIVE')
    }
    return false
  }

  async whole(schema: SchemaText): Promise<WholeSchema> {
    const gathered: Gathered = { used: new Map(), asked: 0 }
    await this.gather(schema.references, gathered)
    return { ...schema, used: [...gathered.used].map(([name, text]) => ({ name, text })) }
  }

  private async gather(references: readonly SchemaReference[], gathered: Gathered): Promise<void> {
    const { used } = gathered
    for (const { name, subject, version } of references) {
      if (used.has(name)) continue
      if (gathered.asked >= referencesMax) throw unreadable('a schema uses too many others')
      gathered.asked += 1
      const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`
      // oxlint-disable-next-line no-await-in-loop -- those that it uses itself come before it
      const schema = schemaOf(await this.ask('GET', path))
      // oxlint-disable-next-line no-await-in-loop
      await this.gather(schema.references, gathered)
      used.set(name, schema.text)
    }
  }

  private async find(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await this.exchange(method, path, body)
    return isMissing(answer) ? undefined : this.contentOf(answer)
  }

  private async ask(method: string, path: string, body?: object): Promise<unknown> {
    return this.contentOf(await this.exchange(method, path, body))
  }

  private async exchange(method: string, path: string, body?: object): Promise<Answer> {
    const url = new URL(this.options.url.replace(/\/$/, '') + path)
    const headers = {
      accept: `${mediaType}, application/json`,
      ...signInHeaders(this.options),
      ...(body === undefined ? {} : { 'content-type': mediaType }),
    }
    try {
      const text = body === undefined ? {} : { body: JSON.stringify(body) }
      return await this.caller.exchange({ method, url, headers, ...text })
    } catch (cause) {
      const why = unreachable(cause, this.options.url)
      throw new RegistryError('REGISTRY_UNREACHABLE', `Schema registry: ${why}`, {
        isPassing: true,
        cause,
      })
    }
  }

  private contentOf(answer: Answer): unknown {
    const { status } = answer
    const content = jsonOf(answer)
    if (isGood(answer)) {
      if (content === undefined) throw notTheApi()
      return content
    }
    const said = textOf(fieldsOf(content)['message']).slice(0, 300)
    if (status === 401 || status === 403) {
      const text = 'The schema registry does not let us in. Check the sign-in of its connection.'
      throw new RegistryError('REGISTRY_REFUSED', text, { isPassing: true })
    }
    if (status === 404) throw isMissing(answer) ? noSuchSchema(said) : nothingThere()
    if (status === 409 || status === 422) {
      const text = `The schema registry refuses the schema: ${said}`
      throw new RegistryError('SCHEMA_REFUSED', text)
    }
    const text = `The schema registry answers with status ${status}${said === '' ? '' : `: ${said}`}.`
    throw new RegistryError('REGISTRY_FAILED', text, { isPassing: true })
  }
}

function whyNot(found: unknown): string | undefined {
  const { is_compatible: isCompatible, messages, reason } = fieldsOf(found)
  if (isCompatible === true) return undefined
  const why = Array.isArray(messages) ? messages.map(String).join('; ') : textOf(reason)
  return why === '' ? 'the registry does not say why' : why.slice(0, 500)
}

function isGood({ status }: Answer): boolean {
  return status >= 200 && status < 300
}

/**
 * Whether the registry says which of its things is missing. Another server, such as a proxy while the
 * registry starts, knows nothing of them.
 */
function isMissing(answer: Answer): boolean {
  return answer.status === 404 && Number(fieldsOf(jsonOf(answer))['error_code']) > firstOwnCode
}

function noSuchSchema(said: string): RegistryError {
  return new RegistryError('SCHEMA_UNKNOWN', `The schema registry has no such schema: ${said}`)
}

function nothingThere(): RegistryError {
  const text =
    'Nothing is at this address of the schema registry. Check the address of its connection.'
  return new RegistryError('REGISTRY_NOT_FOUND', text, { isPassing: true })
}

/** Of subjects, versions and schemas: 40401 and on. */
const firstOwnCode = 40_400

function jsonOf(answer: Answer): unknown {
  try {
    return JSON.parse(answer.text())
  } catch {
    return undefined
  }
}

function bodyOf({ type, text, references }: SchemaText): object {
  return {
    schema: text,
    // What has no type is Avro, also to registries that know of nothing else.
    ...(type === 'AVRO' ? {} : { schemaType: type }),
    ...(references.length === 0 ? {} : { references }),
  }
}

function schemaOf(found: unknown): SchemaText {
  const { schema, schemaType = 'AVRO', references = [] } = fieldsOf(found)
  if (typeof schema !== 'string') throw unreadable('its answer has no schema')
  if (!isSchemaType(schemaType)) throw unreadable(`the type ${String(schemaType)} is not known`)
  return { type: schemaType, text: schema, references: referencesOf(references) }
}

function isSchemaType(type: unknown): type is SchemaType {
  return type === 'AVRO' || type === 'PROTOBUF' || type === 'JSON'
}

function referencesOf(given: unknown): readonly SchemaReference[] {
  if (!Array.isArray(given)) return []
  return given.map((one: unknown) => {
    const { name, subject, version } = fieldsOf(one)
    if (typeof name !== 'string' || typeof subject !== 'string' || typeof version !== 'number')
      throw unreadable('it names another one in a way that is not known')
    return { name, subject, version }
  })
}

function idOf(found: unknown): number {
  const { id } = fieldsOf(found)
  if (typeof id !== 'number') throw unreadable('its answer has no number')
  return id
}

function textOf(given: unknown): string {
  return typeof given === 'string' ? given : ''
}

function fieldsOf(given: unknown): Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null ? { ...given } : {}
}

function unreadable(why: string): RegistryError {
  const text = `The answer of the schema registry cannot be read: ${why}.`
  return new RegistryError('REGISTRY_UNREADABLE', text)
}

function notTheApi(): RegistryError {
  const text = 'The answer of the schema registry is no JSON. Check the address of its connection.'
  return new RegistryError('REGISTRY_UNREADABLE', text, { isPassing: true })
}
