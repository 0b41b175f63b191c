// Runtime: code made from text is code of the same isolate and finds nothing more.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: no constructor of functions leads to another global, to eval or to import', async () => {
  const code = `
    const makers = [Function, (async () => {}).constructor, (function* () {}).constructor, (async function* () {}).constructor]
    const found = []
    for (const make of makers) {
      const made = make('return [globalThis, typeof eval, typeof process, typeof require]')()
      const [outer, ...kinds] = (await (made.next ? made.next() : made)).value ?? await made
      if (outer !== globalThis || kinds.some((kind) => kind !== 'undefined')) found.push(make.name)
    }
    return found.join(' ') || 'nothing'`
  await attack('function-constructors', { code }, ({ report }) => assert.equal(report, 'nothing'))
})
