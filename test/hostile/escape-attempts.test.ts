// Runtime: what is never there.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: nothing of Node and nothing of isolated-vm is in reach', async () => {
  const code = `
    const found = []
    for (const name of ['process', 'require', 'module', 'Buffer', 'WebAssembly', 'SharedArrayBuffer', 'eval',
      'Atomics', 'WeakRef', 'FinalizationRegistry', 'berthInstall', '$0', '$1', 'out', 'pure', '_ivm'])
      if (Function('name', 'return typeof globalThis[name] !== "undefined"')(name)) found.push(name)
    const outer = await fetch.constructor('return this')()
    if (outer !== globalThis) found.push('another global')
    try { await import('node:fs'); found.push('import') } catch {}
    try { await Function('return import("node:fs")')(); found.push('import') } catch {}
    return found.join(' ') || 'nothing'`
  await attack('escape-attempts', { code }, ({ report }) => assert.equal(report, 'nothing'))
})
