import { test, expect } from 'vitest'
test('x', () => { expect(process.cwd()).toBe(process.cwd()) })
