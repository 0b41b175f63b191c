// Bridge rule 5: no path, function or receiver of ours goes in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: stack frames hand out no function, no receiver and no path of ours', async () => {
  const code = `
    const found = []
    Error.prepareStackTrace = (error, sites) => {
      for (const site of sites) {
        const own = site.getFileName() === 'plugin.js'
        if (!own && site.getFunction() !== undefined) found.push('function')
        if (!own && site.getThis() !== undefined) found.push('receiver')
        if (/[\\\\/]|\\.ts|\\.mjs/.test(String(site.getFileName()))) found.push(site.getFileName())
      }
      return ''
    }
    const look = () => { void new Error('look').stack; return 'a' }
    new Headers([['x', { toString: look }]])
    new EventTarget().addEventListener('x', look)
    console.log({ toJSON: look })
    queueMicrotask(look)
    await new Promise((resolve) => setTimeout(() => { look(); resolve() }, 1))
    try { structuredClone(new Map([[1, { get a() { return look() } }]])) } catch {}
    return found.join(' ') || 'nothing'`
  await attack('stack-frames', { code }, ({ report }) => assert.equal(report, 'nothing'))
})
