// Bridge rule 10: pure functions of the host process take bounded text, and say nothing of the process when it is broken.
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { pemOf } from '../plugins/support/tls-panel.ts'
import { attack } from './hostile.ts'

const SAID = [
  'This is no certificate.',
  'Its key cannot be read.',
  'Its days cannot be read.',
  'invalid input',
  'A certificate or key has at most 65536 characters.',
  'This is no key in PEM, or it has a password.',
  'Certificates and keys are PEM, or bytes in DER.',
]

test('rule: huge and broken certificates end in a sentence, soon, and never in our insides', async () => {
  const der = new X509Certificate(pemOf('rich')).raw.toString('base64')
  const code = `
    const whole = Uint8Array.from(atob('${der}'), (c) => c.charCodeAt(0))
    const said = new Set()
    const tried = (run) => { try { run(); return 1 } catch (error) { said.add(String(error.message).replace(/^\\w+: /, '')); return 0 } }
    const { certificates } = context
    let read = 0
    for (let at = 0; at < whole.length; at += 4) {
      const bent = whole.slice(); bent[at] ^= 0xff
      read += tried(() => certificates.read(bent))
    }
    for (let end = 0; end < whole.length; end += 40) tried(() => certificates.read(whole.slice(0, end)))
    const begin = '-----BEGIN CERTIFICATE-----'
    for (const text of [begin.repeat(2_000), begin + 'A'.repeat(60_000), 'A'.repeat(900_000), '-'.repeat(65_536), '\\ud800', begin + '\\n-----END CERTIFICATE-----'])
      for (const ask of [() => certificates.read(text), () => certificates.isSignedBy(whole, text), () => certificates.hasKey(whole, text)])
        tried(ask)
    tried(() => certificates.fits(whole, { toString: () => '['.repeat(200) + ':'.repeat(50) }))
    return [read > 0, ...said]`
  await attack('broken-certificates', { code }, ({ report, tookMs }) => {
    const [read, ...said] = JSON.parse(report ?? '[]') as [boolean, ...string[]]
    assert.equal(read, true, 'a bent name is still a certificate')
    assert.deepEqual(
      said.filter((message) => !SAID.includes(message)),
      [],
    )
    assert.ok(said.includes('A certificate or key has at most 65536 characters.'))
    assert.ok(tookMs < 4_000, `${tookMs} ms`)
  })
})
