import { flowNameForm, idForm } from '@millrace/flow'
import type { NameForm } from '@millrace/flow'
import { Refusal } from '../refusal.ts'

const numberForm: NameForm = { pattern: /^[1-9]\d{0,8}$/, most: 9, description: 'a number from 1' }

/** Of flows, and of what charts drew. */
export const storeForm: NameForm = {
  pattern: /^_?[a-z0-9][a-z0-9-]{0,63}$/,
  most: 65,
  description: 'the name of a flow, or "_charts"',
}

/** The forms of the parameters in paths, by name; a parameter without one is a mistake. */
export const parameterForms: Readonly<Record<string, NameForm>> = {
  name: flowNameForm,
  id: idForm,
  action: idForm,
  number: numberForm,
  store: storeForm,
}

/** Refuses what has not the form of its name, such as a path that climbs out of its folder. */
export function checkParameters(params: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(params)) {
    const form = parameterForms[name]
    if (form?.pattern.test(value)) continue
    throw new Refusal(400, {
      code: 'PARAMETER_WRONG',
      message: `"${name}" in the address must be ${form?.description ?? 'known'}`,
      path: name,
    })
  }
}
