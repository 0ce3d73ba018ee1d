import { expect, test } from 'vitest'
import { createLayout } from './layout.ts'

test('in a tight window the panel that opens closes the one across', () => {
  const layout = createLayout(() => 1000)
  expect(layout.getState()).toMatchObject({ rail: undefined, isInspectorOpen: true })
  layout.toggleRail('palette')
  expect(layout.getState()).toMatchObject({ rail: 'palette', isInspectorOpen: false })
  layout.openInspector()
  expect(layout.getState()).toMatchObject({ rail: undefined, isInspectorOpen: true })
})

test('in a wide window both are open', () => {
  const layout = createLayout(() => 1440)
  layout.openInspector()
  expect(layout.getState()).toMatchObject({ rail: 'palette', isInspectorOpen: true })
})
