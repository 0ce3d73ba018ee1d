import { describe } from '@millrace/sdk/descriptor'
import { expect, test } from 'vitest'
import { isConfigShown } from './config-shown.ts'

const { fields } = describe({
  type: 'test/x',
  version: 1,
  kind: 'operator',
  title: '',
  summary: '',
  category: 'transform',
  icon: '',
  inputs: [],
  outputs: [],
  fields: {
    isSecure: { kind: 'boolean', label: '', default: false },
    isVerified: {
      kind: 'boolean',
      label: '',
      default: true,
      when: { field: 'isSecure', is: [true] },
    },
    authority: { kind: 'text', label: '', when: { field: 'isVerified', is: [true] } },
    both: {
      kind: 'text',
      label: '',
      when: { field: 'isSecure', is: [true], and: { field: 'mode', is: [1, 'x'] } },
    },
    mode: { kind: 'json', label: '', default: 'x' },
    url: { kind: 'text', label: '', default: 'http://localhost' },
    certificate: { kind: 'text', label: '', when: { field: 'url', begins: ['https:'] } },
    either: {
      kind: 'text',
      label: '',
      when: { field: 'url', begins: ['https:'], or: { field: 'isSecure', is: [true] } },
    },
    round: { kind: 'json', label: '', default: 1, when: { field: 'about', is: [1] } },
    about: { kind: 'json', label: '', default: 1, when: { field: 'round', is: [1] } },
  },
})

test.for([
  [{}, 'isSecure', true],
  [{}, 'isVerified', false],
  [{ isSecure: true }, 'isVerified', true],
  [{ isSecure: true }, 'authority', true],
  [{ isSecure: false }, 'authority', false],
  [{ isSecure: true, isVerified: false }, 'authority', false],
  [{ isSecure: true }, 'both', true],
  [{ isSecure: true, mode: 1 }, 'both', true],
  [{ isSecure: true, mode: '1' }, 'both', false],
  [{}, 'certificate', false],
  [{ url: ' HTTPS://db.example.org' }, 'certificate', true],
  [{ url: 7 }, 'certificate', false],
  [{}, 'either', false],
  [{ isSecure: true }, 'either', true],
  [{ url: 'https://db.example.org' }, 'either', true],
  [{}, 'round', true],
  [{}, 'toString', false],
] as const)('with %j, whether %s is shown is %j', ([config, name, shown]) => {
  expect(isConfigShown(fields, config, name)).toBe(shown)
})
