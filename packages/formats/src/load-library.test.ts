import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** Runs in a process of its own, where code made of text is refused, and gives what it prints. */
function alone(code: string): string {
  const index = fileURLToPath(new URL('./index.ts', import.meta.url))
  const script = `
    import { createRequire } from 'node:module'
    import * as formats from ${JSON.stringify(index)}
    const loaded = () => Object.keys(createRequire(${JSON.stringify(index)}).cache)
      .filter((file) => /node_modules.(protobufjs|saxes).(index|saxes)/.test(file)).length
    ${code}`
  const options = ['--disallow-code-generation-from-strings', '--input-type=module', '-e', script]
  return execFileSync(process.execPath, options, { encoding: 'utf8' }).trim()
}

test('loads no library before a format needs it', () => {
  const printed = alone(`
    formats.openDecoder({ format: 'json' })(Buffer.from('{}'))
    formats.openDecoder({ format: 'avro', avroSchema: '"int"' })
    const before = loaded()
    formats.openDecoder({ format: 'xml' })
    console.log(before, loaded())`)
  expect(printed).toBe('0 1')
})

test('makes no code of schemas', () => {
  const printed = alone(`
    const text = 'syntax="proto3"; message A { int32 n = 1; repeated A more = 2; map<string, A> by = 3; }'
    const proto = formats.openProtobuf(text).message()
    const avro = formats.openAvro('{"type":"record","name":"R","fields":[{"name":"n","type":["null","int"]}]}')
    console.log(proto.decode(proto.encode({ more: [{ n: 5 }] })).more[0].n, avro.decode(avro.encode({ n: 6 })).n)`)
  expect(printed).toBe('5 6')
})
