import assert from 'node:assert/strict'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import type { Certificates } from '../../sdk/index.ts'
import { openTestInstance } from '../../sdk/test-kit/index.ts'
import { loadWritten, openBench, report, reporting } from './support/setup.ts'
import { pemOf, sha256Of } from './support/tls-panel.ts'

const bench = openBench()
after(() => bench.plugins.stop())

const tls = (name: string) => readFileSync(new URL(`./fixtures/tls/${name}`, import.meta.url), 'utf8')
const key = tls('key.pem')
const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const [issued, authority, own] = [pemOf('issued'), pemOf('authority'), pemOf('certificate')]
const rich = pemOf('rich')

/** Runs in the sandbox and in the test kit, which must answer the same. */
async function ask(code: string, given: Record<string, string> = {}): Promise<unknown> {
  const plugin = await loadWritten('certificates', {
    code: reporting(`const given = ${JSON.stringify(given)}; const { certificates } = context
      const run = () => { ${code} }
      try { return JSON.stringify(run()) } catch (error) { return JSON.stringify([error.name, error.message]) }`),
  })
  return JSON.parse(await report(bench, bench.instance(plugin)))
}

test('a certificate is read whole: names, days, serial, fingerprint and key', async () => {
  const read = (await ask('return certificates.read(given.rich)', { rich })) as ReturnType<
    Certificates['read']
  >
  const truth = new X509Certificate(rich)
  assert.deepEqual(read, {
    subject: 'C=DE, O=Harbour\\, Hosting, CN=www.example.com',
    issuer: 'C=DE, O=Harbour\\, Hosting, CN=www.example.com',
    common_name: 'www.example.com',
    names: ['www.example.com', '*.shop.example.com', 'xn--bcher-kva.example'],
    addresses: ['192.0.2.7', '2001:db8:0:0:0:0:0:7'],
    serial: truth.serialNumber.toLowerCase(),
    valid_from: truth.validFromDate.toISOString(),
    valid_to: truth.validToDate.toISOString(),
    sha256: truth.fingerprint256.replaceAll(':', '').toLowerCase(),
    is_authority: false,
    key: { kind: 'rsa', bits: 2048, sha256: read.key.sha256, pem: read.key.pem },
    pem: truth.toString(),
  })
  assert.equal(read.key.pem, truth.publicKey.export({ type: 'spki', format: 'pem' }))
  const der = await ask(
    'return certificates.read(Uint8Array.from(atob(given.der), (c) => c.charCodeAt(0))).sha256',
    {
      der: truth.raw.toString('base64'),
    },
  )
  assert.equal(der, read.sha256)
  const curve = (await ask('return certificates.read(given.own).key', { own })) as {
    kind: string
    curve: string
  }
  assert.deepEqual([curve.kind, curve.curve], ['ec', 'prime256v1'])
})

test('a chain is read in its order', async () => {
  const chain = `Bag Attributes\n${issued}\n${authority}`
  const read = await ask(
    'return certificates.readAll(given.chain).map((one) => [one.common_name, one.is_authority])',
    {
      chain,
    },
  )
  assert.deepEqual(read, [
    ['panel.example.com', false],
    ['Harbour authority', true],
  ])
})

test('names cover hosts and addresses, a star one label', async () => {
  const hosts = [
    'WWW.example.com.',
    'a.shop.example.com',
    'a.b.shop.example.com',
    'shop.example.com',
    'example.com',
  ]
  const all = [...hosts, '192.0.2.7', '[2001:db8::7]', '192.0.2.8', 'nonsense \u0000', '']
  assert.deepEqual(
    await ask(`return ${JSON.stringify(all)}.map((host) => certificates.fits(given.rich, host))`, { rich }),
    [true, true, false, false, false, true, true, false, false, false],
  )
})

test('who signed it and which key belongs to it', async () => {
  const asked = `const { issued, authority, own, key, foreign, foreignPublic, ownPublic } = given
    return [
      certificates.isSignedBy(issued, authority), certificates.isSignedBy(own, own),
      certificates.isSignedBy(own, authority), certificates.isSignedBy(issued, own), certificates.isSignedBy(authority, issued),
      certificates.hasKey(own, key), certificates.hasKey(own, ownPublic), certificates.hasKey(own, foreign), certificates.hasKey(own, foreignPublic),
    ]`
  const pem = (one: typeof foreign.privateKey) => one.export({ type: 'pkcs8', format: 'pem' }).toString()
  const spki = (one: typeof foreign.publicKey) => one.export({ type: 'spki', format: 'pem' }).toString()
  const given = {
    ...{ issued, authority, own, key, foreign: pem(foreign.privateKey) },
    ...{ foreignPublic: spki(foreign.publicKey), ownPublic: spki(new X509Certificate(own).publicKey) },
  }
  assert.deepEqual(await ask(asked, given), [true, true, false, false, false, true, true, false, false])
})

test('what is no certificate or key is refused in words, the same without the sandbox', async () => {
  const locked = foreign.privateKey.export({
    ...{ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
  })
  const given = { own, key, locked: locked.toString() }
  const wrong: [string, string][] = [
    [`certificates.read('')`, 'This is no certificate.'],
    [`certificates.read(given.key)`, 'This is no certificate.'],
    [`certificates.read(new Uint8Array([48, 3, 2, 1, 1]))`, 'This is no certificate.'],
    [`certificates.read('A'.repeat(65_537))`, 'A certificate or key has at most 65536 characters.'],
    [`certificates.readAll(given.own.repeat(21))`, 'At most 20 certificates are read at once.'],
    [`certificates.hasKey(given.own, 'none')`, 'This is no key in PEM, or it has a password.'],
    [`certificates.hasKey(given.own, given.locked)`, 'This is no key in PEM, or it has a password.'],
    [`certificates.fits(given.own, 'x'.repeat(256))`, 'A host has at most 255 characters.'],
  ]
  const { context, close } = openTestInstance()
  for (const [code, message] of wrong) {
    const [name, told] = (await ask(`return ${code}`, given)) as [string, string]
    assert.deepEqual([name, told.replace(/^\w+: /, '')], ['TypeError', message], code)
    const here = new Function('certificates', 'given', `return ${code}`) as (...args: unknown[]) => unknown
    assert.throws(() => here(context.certificates, given), { message }, code)
  }
  assert.equal(
    context.certificates.read(own).sha256,
    sha256Of('certificate').replaceAll(':', '').toLowerCase(),
  )
  assert.equal(context.certificates.isSignedBy(issued, authority), true)
  close()
})
