import { holdsSeveral, isFormat } from '@millrace/formats'
import { bodyDecoder } from './other-formats.ts'
import { readAnswer } from './read-body.ts'
import type { AnswerFormat } from './read-body.ts'

/** The value in the body of an answer; lines, rows and points stay together. */
export type ReadAnswer = (bytes: Uint8Array, contentType: string | undefined) => unknown

/** By the field `response` and the fields that belong to it. */
export function answerReader(
  config: Readonly<Record<string, unknown>> & { readonly response: AnswerFormat },
): ReadAnswer {
  const { response: choice } = config
  const decode = bodyDecoder(config, choice)
  if (decode === undefined) return (bytes, type) => readAnswer(bytes, choice, type)
  const isList =
    isFormat(choice) && holdsSeveral({ format: choice, recordBytes: Number(config['recordBytes']) })
  return (bytes) => {
    if (bytes.length === 0) return null
    const values = decode(bytes)
    return isList ? values : values[0]
  }
}
