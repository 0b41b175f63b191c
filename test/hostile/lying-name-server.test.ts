// Permissions, the broker's fetch: every answer of the name server must be public.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: one private address among public ones is enough to refuse the name', async () => {
  const answers = [['10.0.0.1'], ['93.184.215.14', '127.0.0.1'], ['::ffff:192.168.1.1'], ['169.254.169.254']]
  const resolver = () => Promise.resolve(answers.shift() ?? [])
  const code = `
    const seen = []
    for (let i = 0; i < 4; i++) await fetch('https://name.example.com/').catch((error) => seen.push(error.code + ' ' + error.message.split(' ')[3]))
    return seen.join(', ')`
  const manifest = { permissions: { network: [{ host: 'name.example.com' }] } }
  await attack('lying-name-server', { code, manifest, means: { resolver } }, ({ report }) =>
    assert.equal(
      report,
      'E_DENIED 10.0.0.1,, E_DENIED 127.0.0.1,, E_DENIED ::ffff:192.168.1.1,, E_DENIED 169.254.169.254,',
    ),
  )
})
