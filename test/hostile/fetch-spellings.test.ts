// Permissions, the broker's fetch: a URL is parsed once, and only the declared host at 443 over https is reached.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

const SPELLINGS = [
  'http://api.example.com/',
  'https://api.example.com:444/',
  'https://api.example.com@evil.example.org/',
  'https://evil.example.org#@api.example.com/',
  'https://evil.example.org\\\\.api.example.com/',
  'https://api.example.com.evil.example.org/',
  'https://xapi.example.com/',
  'https://api.example.com%2eevil.example.org/',
  'https://api。example。com.evil.example.org/',
  'https://0177.0.0.1/',
  'https://0x7f000001/',
  'https://[::ffff:127.0.0.1]/',
  'https://localhost/',
  'file:///etc/passwd',
  'data:text/plain,x',
]

test('rule: no spelling of an address leads elsewhere than to the declared host', async () => {
  const asked: string[] = []
  const resolver = (host: string) => (asked.push(host), Promise.resolve(['127.0.0.1']))
  const code = `
    const seen = []
    for (const url of ${JSON.stringify(SPELLINGS)}) await fetch(url).catch((error) => seen.push(error.code ?? error.name))
    return seen.join(' ')`
  const manifest = { permissions: { network: [{ host: 'api.example.com' }] } }
  await attack('fetch-spellings', { code, manifest, means: { resolver } }, ({ report }) => {
    const answers = (report ?? '').split(' ')
    assert.equal(answers.length, SPELLINGS.length)
    assert.deepEqual([...new Set(answers)], ['E_DENIED'])
    assert.deepEqual(asked, [])
  })
})
