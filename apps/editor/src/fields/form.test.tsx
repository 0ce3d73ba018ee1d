// @vitest-environment happy-dom
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Problem } from '@millrace/flow'
import type { Fields } from '@millrace/sdk/descriptor'
import { FieldScope } from './field-scope.tsx'
import { Form } from './form.tsx'

const fields: Fields = {
  mode: {
    kind: 'choice',
    label: 'Mode',
    default: 'time',
    options: [
      { value: 'time', label: 'Time' },
      { value: 'count', label: 'Count' },
    ],
  },
  sizeMs: {
    kind: 'duration',
    label: 'Length',
    default: 60_000,
    when: { field: 'mode', is: ['time'] },
  },
  count: { kind: 'integer', label: 'Messages', when: { field: 'mode', is: ['count'] } },
  isEager: { kind: 'boolean', label: 'Eager', default: false, advanced: true },
  topic: { kind: 'text', label: 'Topic', offers: { connection: 'cluster', step: 'Topics' } },
}

let root: Root
let host: HTMLElement
let config: Record<string, unknown>
let insistence: object | undefined

function form(problems: readonly Problem[]) {
  return (
    <FieldScope
      insistence={insistence}
      surroundings={{
        owner: 'flow/f/n',
        problems,
        samples: () => [],
        settle: () => undefined,
        offered: ({ connection, step }) => Promise.resolve([`${connection} ${step}`]),
      }}
    >
      <Form
        fields={fields}
        config={config}
        onChange={(name, value) => {
          config = { ...config, [name]: value }
          root.render(form(problems))
        }}
      />
    </FieldScope>
  )
}

beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
  config = {}
  insistence = undefined
  host = document.body.appendChild(document.createElement('div'))
  root = createRoot(host)
})

afterEach(() => {
  act(() => root.unmount())
  host.remove()
})

const show = (problems: readonly Problem[] = []) => act(() => root.render(form(problems)))

/** The control that a label is for. */
function control(label: string): HTMLElement | null {
  const found = [...host.querySelectorAll('label')].find((each) =>
    each.textContent.startsWith(label),
  )
  return found === undefined ? null : document.getElementById(found.htmlFor)
}

function type(label: string, text: string): void {
  const input = control(label)
  if (!(input instanceof HTMLInputElement)) throw new Error(`no input is called ${label}`)
  // React listens to what the browser sets, not to what a script assigns.
  const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value') ?? {}
  act(() => {
    set?.call(input, text)
    input.dispatchEvent(new Event('input', { bubbles: true }))
  })
}

test('shows a field while its condition holds', () => {
  show()
  expect(control('Length')).not.toBeNull()
  expect(control('Messages')).toBeNull()
  const count = [...host.querySelectorAll('button')].find(
    ({ textContent }) => textContent === 'Count',
  )
  act(() => count?.click())
  expect(config).toEqual({ mode: 'count' })
  expect(control('Length')).toBeNull()
  expect(control('Messages')).not.toBeNull()
})

test('keeps durations as milliseconds, and text that is none for the check to refuse', () => {
  show()
  type('Length', '1.5 min')
  expect(config['sizeMs']).toBe(90_000)
  type('Length', 'soon')
  expect(config['sizeMs']).toBe('soon')
  type('Length', '')
  expect(config['sizeMs']).toBeUndefined()
})

test('offers what the connection has once a person comes to the field', async () => {
  show()
  const offered = () =>
    [...host.querySelectorAll('datalist option')].map((option) => option.getAttribute('value'))
  expect(offered()).toEqual([])
  await act(async () => control('Topic')?.focus())
  expect(offered()).toEqual(['cluster Topics'])
})

test('stands a problem at its field, and opens what hides it', () => {
  show()
  expect(control('Eager')).toBeNull()
  show([
    { severity: 'error', code: 'X', message: 'Too short', field: 'sizeMs' },
    { severity: 'error', code: 'Y', message: 'Not so eager', field: 'isEager' },
  ])
  expect(control('Length')?.getAttribute('aria-invalid')).toBe('true')
  const described = control('Length')?.getAttribute('aria-describedby') ?? ''
  expect(document.getElementById(described)?.textContent).toBe('Too short')
  expect(control('Eager')).not.toBeNull()
})

const missing: Problem = { severity: 'error', code: 'FIELD_MISSING', message: 'M', field: 'sizeMs' }
const isTold = () => control('Length')?.getAttribute('aria-invalid') === 'true'

test('tells what is missing once its field was left', () => {
  show([missing])
  expect(isTold()).toBe(false)
  act(() => control('Length')?.focus())
  expect(isTold()).toBe(false)
  act(() => control('Length')?.blur())
  expect(isTold()).toBe(true)
})

test('tells what is missing where the form was submitted', () => {
  insistence = {}
  show([missing])
  expect(isTold()).toBe(true)
})

test('lets go of what is pressed before it tells what moves it', async () => {
  show([missing])
  act(() => control('Length')?.focus())
  act(() => {
    window.dispatchEvent(new Event('pointerdown'))
    control('Length')?.blur()
  })
  expect(isTold()).toBe(false)
  await act(async () => {
    window.dispatchEvent(new Event('pointerup'))
    await new Promise((resolve) => setTimeout(resolve))
  })
  expect(isTold()).toBe(true)
})

test('tells it after the release though another finger came down meanwhile', async () => {
  show([missing])
  act(() => control('Length')?.focus())
  act(() => {
    window.dispatchEvent(new Event('pointerdown'))
    control('Length')?.blur()
    window.dispatchEvent(new Event('pointerdown'))
  })
  await act(async () => {
    window.dispatchEvent(new Event('pointerup'))
    await new Promise((resolve) => setTimeout(resolve))
  })
  expect(isTold()).toBe(true)
})

test('stays open when what opened it is mended', () => {
  show([{ severity: 'error', code: 'Y', message: 'Not so eager', field: 'isEager' }])
  show([])
  expect(control('Eager')).not.toBeNull()
})
