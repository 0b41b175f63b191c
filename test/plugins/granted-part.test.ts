import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { permissionsAdded, type Manifest } from '../../core/plugins/index.ts'
import { grantedPart, nothingGranted } from '../../core/plugins/package/granted-part.ts'
import { permissionsAsked } from '../../core/plugins/package/permissions.ts'
import { minimalManifest } from './support/setup.ts'

const asking = (more: object): Manifest => ({ ...minimalManifest('parcel'), ...more }) as unknown as Manifest
const may = (permissions: object): Manifest => asking({ permissions })

const host = 'api.example.com'
const uses = ['request', 'hmac']

/** What was granted, what is asked for, what is granted of it. */
const parts: Record<string, [granted: object, asked: object, part: object]> = {
  'a host': [
    { network: [{ host }] },
    { network: [{ host }, { host: 'b.example.com' }] },
    { network: [{ host }] },
  ],
  'a host with one more secret': [
    { network: [{ host, secrets: ['a'] }] },
    { network: [{ host, secrets: ['a', 'b'], query_secrets: ['a'], redirects: true }] },
    { network: [{ host, secrets: ['a'], query_secrets: [], redirects: false }] },
  ],
  'a host at one more port': [
    { network: [{ host, ports: [443] }] },
    { network: [{ host, ports: [443, 8443] }] },
    { network: [{ host, ports: [443] }] },
  ],
  'a host at any port that is typed': [
    { network: [{ fromConfig: 'server.hostname', ports: [8006] }] },
    { network: [{ fromConfig: 'server.hostname' }] },
    { network: [{ fromConfig: 'server.hostname', ports: [8006] }] },
  ],
  'a host at another port alone': [
    { network: [{ host, ports: [443] }] },
    { network: [{ host, ports: [8443] }] },
    { network: [] },
  ],
  'a host at the usual port, asked at another one': [
    { network: [{ host }] },
    { network: [{ host, ports: [8443] }] },
    { network: [] },
  ],
  'a host at the usual port, asked at one more': [
    { network: [{ host }] },
    { network: [{ host, ports: [443, 8443] }] },
    { network: [{ host, ports: [443] }] },
  ],
  'a host at another port, asked at the usual one': [
    { network: [{ host, ports: [8443] }] },
    { network: [{ host }] },
    { network: [] },
  ],
  'a host at two ports, asked at the usual one': [
    { network: [{ host, ports: [443, 8443] }] },
    { network: [{ host }] },
    { network: [{ host }] },
  ],
  'a line': [
    { tcp: [{ host, port: 700 }] },
    {
      tcp: [
        { host, port: 700, secrets: ['a'] },
        { host, port: 701 },
      ],
    },
    { tcp: [{ host, port: 700, secrets: [] }] },
  ],
  records: [
    { data: ['client.read:contact:current'] },
    { data: ['client.read:contact:current', 'client.read:contact:all'] },
    { data: ['client.read:contact:current'] },
  ],
  caps: [
    { auto_approval: [{ scope: 's', currency: 'EUR', item_minor: '500', day_minor: '9000' }] },
    {
      auto_approval: [
        { scope: 's', currency: 'EUR', item_minor: '1000', day_minor: '8000' },
        { scope: 's', currency: 'USD', item_minor: '1', day_minor: '1' },
      ],
    },
    { auto_approval: [{ scope: 's', currency: 'EUR', item_minor: '500', day_minor: '8000' }] },
  ],
  secrets: [
    { secrets: [{ name: 'a' }, { name: 'c', use: 'hmac' }] },
    {
      secrets: [{ name: 'a', read: true, use: uses }, { name: 'b' }, { name: 'c', use: 'digest' }],
    },
    { secrets: [{ name: 'a', use: ['request'] }] },
  ],
  storage: [
    { storage: { bytes: 100 } },
    { storage: { bytes: 200, record_bytes: 10 } },
    { storage: { bytes: 100 } },
  ],
  schedules: [
    {
      schedules: [
        { name: 'a', every: '2h' },
        { name: 'b', every: '30m' },
      ],
    },
    {
      schedules: [
        { name: 'a', every: '90m' },
        { name: 'b', every: '1h' },
        { name: 'c', every: '1d' },
      ],
    },
    {
      schedules: [
        { name: 'a', every: '2h' },
        { name: 'b', every: '1h' },
      ],
    },
  ],
  slots: [
    { slots: ['portal.home.after'] },
    { slots: ['portal.home.after', 'admin.board.widget'] },
    { slots: ['portal.home.after'] },
  ],
  'a frame': [
    { browser: { file: 'browser/a.js', scripts: ['https://a.example.com'] } },
    { browser: { file: 'browser/b.js', scripts: ['https://a.example.com', 'https://b.example.com'] } },
    { browser: { file: 'browser/b.js', scripts: ['https://a.example.com'] } },
  ],
  'what was never granted': [
    {},
    { storage: { bytes: 1 }, browser: { file: 'browser/a.js' }, network: [{ host }] },
    { network: [] },
  ],
}

describe('what was granted of a manifest', () => {
  for (const [what, [granted, asked, part]] of Object.entries(parts))
    test(`of ${what} is what both have`, () => {
      assert.deepEqual(grantedPart(may(asked), may(granted)).permissions, part)
    })

  test('of kinds, hooks, limits and unchecked webhooks too', () => {
    const granted = asking({
      kinds: { gateway: ['start_payment', 'look_up'] },
      hooks: ['invoice.paid'],
      limits: { memory_mb: 100 },
    })
    const asked = asking({
      kinds: { gateway: ['start_payment', 'refund'], fraud: ['score'] },
      hooks: [{ name: 'invoice.paid', stage: 'early' }, 'invoice.issued'],
      webhooks: [{ scheme: 'none' }],
      limits: { memory_mb: 128, asks: 50, isolates: 4 },
    })
    const { kinds, hooks, webhooks, limits } = grantedPart(asked, granted)
    assert.deepEqual(kinds, { gateway: ['start_payment'] })
    assert.deepEqual(hooks, [{ name: 'invoice.paid', stage: 'early' }])
    assert.equal(webhooks, undefined)
    assert.deepEqual(limits, { memory_mb: 100, asks: 50, isolates: 2 })
  })

  test('never holds more than was granted nor more than is asked for, whatever the two are', () => {
    const manifests = Object.values(parts).flatMap(([granted, asked]) => [may(granted), may(asked)])
    for (const granted of manifests)
      for (const asked of manifests) {
        const part = grantedPart(asked, granted)
        assert.deepEqual(permissionsAdded(granted, part), [], JSON.stringify({ asked, granted }))
        assert.deepEqual(grantedPart(part, granted), part, 'and what is in it stays in it')
      }
    for (const manifest of manifests) {
      assert.deepEqual(grantedPart(manifest, manifest), manifest)
      assert.deepEqual(permissionsAsked(nothingGranted(manifest)), [])
    }
  })

  test('less of a right is nothing new', () => {
    const less = may({
      network: [{ host, ports: [443] }],
      storage: { bytes: 50 },
      schedules: [{ name: 'a', every: '1d' }],
      auto_approval: [{ scope: 's', currency: 'EUR', item_minor: '5', day_minor: '5' }],
    })
    const more = may({
      network: [{ host, ports: [443, 8443], secrets: ['a'] }],
      storage: { bytes: 100, record_bytes: 10 },
      schedules: [{ name: 'a', every: '6h' }],
      auto_approval: [{ scope: 's', currency: 'EUR', item_minor: '10', day_minor: '10' }],
    })
    assert.deepEqual(permissionsAdded(more, less), [])
    assert.deepEqual(
      permissionsAdded(less, more).map(({ kind }) => kind),
      ['network', 'data', 'storage', 'storage', 'schedule'],
    )
  })
})
