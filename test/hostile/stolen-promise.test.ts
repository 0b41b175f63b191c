// Bridge rule 2: the runtime uses the promises that it took before the plugin ran.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: a replaced Promise neither stops a call nor sees its answer', async () => {
  const code = `
    const seen = []
    Promise.prototype.then = function () { seen.push('then') }
    Promise.resolve = Promise.reject = () => seen.push('resolve')
    globalThis.Promise = function () { seen.push('new') }
    await null
    await context.storage.get('a')
    let ran = false
    queueMicrotask(() => { ran = true })
    await null
    if (!ran) seen.push('microtask')
    return seen.join(' ') || 'nothing'`
  const manifest = { permissions: { storage: { bytes: 1_000 } } }
  await attack('stolen-promise', { code, manifest }, ({ report }) => assert.equal(report, 'nothing'))
})
