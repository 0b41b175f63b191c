import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { hostFields, hostsIn, type LoadedPlugin, type TrustedHost } from '../../core/plugins/index.ts'
import { loadWritten, openBench, report, reporting } from './support/setup.ts'
import { openTlsPanel, sha256Of, type TlsPanel } from './support/tls-panel.ts'

const HOST = 'panel.example.com'
const bench = openBench({
  resolver: () => Promise.resolve(['127.0.0.1']),
  isOwnHost: (host) => Promise.resolve(host === 'shop.example.com'),
})
let panel: TlsPanel
let plugin: LoadedPlugin
before(async () => {
  panel = await openTlsPanel()
  plugin = await loadWritten('pinned', {
    code: reporting(`try { return await (await fetch(context.settings.panel + '/x')).text() }
      catch (error) { return error.code + ' ' + error.message }`),
    manifest: {
      permissions: { network: [{ fromConfig: 'settings.panel' }] },
      settings: { type: 'object', properties: { panel: { type: 'string' } } },
    },
  })
})
after(() => {
  bench.plugins.stop()
  panel.close()
})
beforeEach(() => {
  panel.show('certificate')
  panel.requests.length = 0
})

const trusting = (more: Partial<TrustedHost> = {}): TrustedHost[] => [
  { host: HOST, port: panel.port, ...more },
]

const reach = (trustedHosts: TrustedHost[], host = HOST): Promise<string> =>
  report(
    bench,
    bench.instance(plugin, { settings: { panel: `https://${host}:${panel.port}` }, trustedHosts }),
  )

test('a self-signed certificate is taken only when it is the pinned one, and nothing is sent before', async () => {
  const where = `"${HOST}" at port ${panel.port}`
  assert.equal(
    await reach(trusting()),
    `E_NETWORK ${where} shows a self-signed certificate, which is not pinned.`,
  )
  assert.equal(
    await reach(trusting({ certificateSha256: '00'.repeat(32) })),
    `E_NETWORK ${where} shows another certificate than the one pinned: SHA-256 ${sha256Of('certificate')} instead of ${Array(32).fill('00').join(':')}.`,
  )
  assert.deepEqual(panel.requests, [])
  assert.equal(await reach(trusting({ certificateSha256: sha256Of('certificate') })), 'panel')
  assert.deepEqual(panel.requests, ['/x'])
})

test('a pin takes the place of the authority and of the name, not of the days, nor of the address', async () => {
  panel.show('issued')
  assert.match(await reach(trusting()), /shows a certificate of an unknown issuer, which is not pinned/)
  assert.equal(await reach(trusting({ certificateSha256: sha256Of('issued') })), 'panel')
  const other = { host: 'other.example.com', certificateSha256: sha256Of('issued') }
  assert.equal(await reach(trusting(other), 'other.example.com'), 'panel')
  panel.show('expired')
  const pinned = { certificateSha256: sha256Of('expired') }
  assert.match(await reach(trusting(pinned)), /shows a certificate that has expired/)
  panel.show('certificate')
  const outside = { certificateSha256: sha256Of('certificate'), publicOnly: true } as const
  assert.match(await reach(trusting(outside)), /leads to 127\.0\.0\.1, which is not a public address/)
  assert.equal(panel.requests.length, 2)
})

test('core says what is in the way to a host, and sends nothing to find out', async () => {
  const probe = (more?: Partial<TrustedHost>, host = HOST) =>
    bench.plugins.probe({ host, port: panel.port, trusted: more ? trusting({ host, ...more }) : [] })
  assert.deepEqual(await probe(), { kind: 'private', of: { address: '127.0.0.1' } })
  assert.deepEqual(await probe({}), { kind: 'self_signed', of: {} })
  const pinned = sha256Of('certificate')
  assert.equal(await probe({ certificateSha256: pinned }), undefined)
  assert.equal(await probe({ certificateSha256: pinned.replaceAll(':', '').toLowerCase() }), undefined)
  panel.show('renewed')
  assert.deepEqual(await probe({ certificateSha256: pinned }), {
    kind: 'changed',
    of: { pinned, shown: sha256Of('renewed') },
  })
  panel.show('expired')
  assert.deepEqual(await probe({}), { kind: 'expired', of: {} })
  panel.show('issued')
  assert.deepEqual(await probe({}), { kind: 'unknown_issuer', of: {} })
  assert.deepEqual(await probe({}, 'shop.example.com'), { kind: 'own', of: {} })
  assert.equal((await probe({ port: 1 }))?.kind, 'private', 'a tick is for its port alone')
  const gone = await bench.plugins.probe({ host: HOST, port: 1, trusted: [{ host: HOST, port: 1 }] })
  assert.match(
    gone?.of['reason'] ?? '',
    /"panel\.example\.com" at port 1 cannot be reached: connect ECONNREFUSED/,
  )
  assert.deepEqual(panel.requests, [])
})

test('the certificate of a host is shown to core without being trusted, never of this installation', async () => {
  const fetched = (host = HOST) => bench.plugins.certificate({ host, port: panel.port })
  for (const name of ['certificate', 'expired'] as const) {
    panel.show(name)
    assert.match(await fetched(), /^-----BEGIN CERTIFICATE-----/)
  }
  await assert.rejects(fetched('shop.example.com'), { code: 'E_DENIED' })
  assert.deepEqual(panel.requests, [])
})

test('each host of the settings is found with its port: that of the grant, as typed, or 443', () => {
  const grants = {
    network: [
      { host: 'api.example.com' },
      { fromConfig: 'server.panel' },
      { fromConfig: 'server.panel' },
      { fromConfig: 'settings.mirror', ports: [443, 8443] },
    ],
    tcp: [{ fromConfig: 'settings.mirror', port: 700 }],
  }
  const fields = (of: 'server' | 'settings') => hostFields({ permissions: grants }, of)
  assert.deepEqual(fields('server'), [{ field: 'panel', port: null }])
  assert.deepEqual(
    fields('settings').map(({ port }) => port),
    [443, 8443, 700],
  )
  const at = (panel: unknown) =>
    hostsIn(fields('server'), { panel }).map(({ host, port }) => `${host}:${port}`)
  const typed = [
    'Panel.LAN',
    'panel.lan.:8443',
    'https://panel.lan/x',
    'https://[FD00::1]:2083',
    '10.0.0.5:443',
  ]
  assert.deepEqual(typed.flatMap(at), [
    ...['panel.lan:443', 'panel.lan:8443', 'panel.lan:443', '[fd00::1]:2083', '10.0.0.5:443'],
  ])
  assert.deepEqual(['', '  ', 'https://', undefined, 7].flatMap(at), [])
})
