import { parseJson } from '@millrace/formats'

/** What makes a value of the data of an event. */
export function dataReader(format: 'auto' | 'json' | 'text'): (data: string) => unknown {
  switch (format) {
    case 'text':
      return (data) => data
    case 'json':
      return (data) => parseJson(data)
    case 'auto':
      return (data) => {
        try {
          return parseJson(data)
        } catch {
          return data
        }
      }
  }
}
