import assert from 'node:assert/strict'
import { test } from 'node:test'
import { words } from '../../core/app/wire/words.ts'
import {
  askableLimits,
  fingerprint,
  makeAuthorKey,
  permissionsAdded,
  permissionsAsked,
  readManifest,
  readPackage,
  signatureFits,
  signPackage,
  writePackage,
} from '../../core/plugins/index.ts'
import { minimalManifest } from './support/setup.ts'

const SECRET = { type: 'string', secret: true }
const manifest = (change: object = {}) => JSON.stringify({ ...minimalManifest('parcel'), ...change })
const files = { 'plugin.json': manifest(), 'bundle.js': 'var berthPlugin={}', 'README.md': '# Parcel' }

test('the same files give the same bytes, in whatever order they come', () => {
  const turned = Object.fromEntries(Object.entries(files).reverse())
  assert.equal(writePackage(files, null), writePackage(turned, null))
})

test('a signed package fits its signature, and only that author’s', () => {
  const author = makeAuthorKey()
  const text = signPackage(readPackage(writePackage(files, null)), author.privatePem)
  const found = readPackage(text)
  assert.equal(found.signature?.key, author.publicKey)
  assert.equal(signatureFits(found, found.signature!), true)
  assert.equal(signatureFits(found, { ...found.signature!, key: makeAuthorKey().publicKey }), false)
  assert.match(fingerprint(author.publicKey), /^([0-9a-f]{4} ){7}[0-9a-f]{4}$/)
})

const broken: [string, (text: string) => string, RegExp][] = [
  ['no JSON', () => 'PK', /it is not JSON/],
  ['another format', (text) => text.replace('berth-plugin/1', 'berth-plugin/9'), /format/],
  ['a file that was changed', (text) => text.replace('# Parcel', '# Parcels'), /was changed/],
  [
    'a file that was added',
    (text) => text.replace('"README.md": "#', '"x.js": "1", "README.md": "#'),
    /was changed/,
  ],
  [
    'a name that climbs out of its folder',
    (text) => text.replaceAll('README.md', '../README.md'),
    /\.\.\/README/,
  ],
  ['another version outside', (text) => text.replace('"version": "1.0.0"', '"version": "9.0.0"'), /outside/],
  ['a key that is none', (text) => text.replace('"files"', '"surprise": 1, "files"'), /surprise/],
  [
    'no bundle',
    () => `{"format":"berth-plugin/1","id":"a","version":"1","hashes":{},"files":{"plugin.json":"{}"}}`,
    /bundle\.js/,
  ],
]
for (const [what, change, reason] of broken) {
  test(`a package with ${what} is refused`, () => {
    assert.throws(() => readPackage(change(writePackage(files, null))), {
      code: 'plugin.package_invalid',
      message: reason,
    })
  })
}

const BROWSER = { permissions: { browser: { file: 'browser/fields.js' } } }

test('what runs in browsers is a file of the package: hashed, signed, of a bounded size, and asked for', () => {
  const withBrowser = { ...files, 'plugin.json': manifest(BROWSER), 'browser.js': 'tell()' }
  const author = makeAuthorKey()
  const { bundle, signature, ...rest } = readPackage(
    signPackage(readPackage(writePackage(withBrowser, null)), author.privatePem),
  )
  assert.equal(bundle.browser, 'tell()')
  const other = readPackage(writePackage({ ...withBrowser, 'browser.js': 'steal()' }, signature))
  assert.notEqual(other.bundle.hash, bundle.hash)
  assert.equal(signatureFits({ bundle, signature, ...rest }, signature!), true)
  assert.equal(signatureFits(other, signature!), false)
  const refused = (changed: Record<string, string>, message: RegExp) =>
    assert.throws(() => writePackage(changed, null), { code: 'plugin.package_invalid', message })
  refused({ ...files, 'browser.js': 'tell()' }, /go together/)
  refused({ ...files, 'plugin.json': manifest(BROWSER) }, /go together/)
  refused({ ...withBrowser, 'browser.js': 'x'.repeat(262_145) }, /larger than 262144/)
})

test('an update that wants to run something in browsers, or a script of another host, asks for just that', () => {
  const asking = (browser?: object) =>
    readManifest(manifest(browser ? { permissions: { browser } } : {}), 'plugin.json')
  const added = (before: object | undefined, after: object) =>
    permissionsAdded(asking(before), asking(after)).map(({ key }) => key)
  const file = 'browser/fields.js'
  assert.deepEqual(added(undefined, { file }), ['browser frame'])
  const scripts = ['https://js.example.com/v1.js', 'https://cdn.example.com']
  assert.deepEqual(added({ file, scripts: [scripts[0]] }, { file, scripts }), [
    'browser script https://cdn.example.com',
  ])
  assert.deepEqual(added({ file, scripts }, { file, scripts: [scripts[0]] }), [])
})

for (const [what, browser] of Object.entries({
  'a file outside browser/': { file: 'index.ts' },
  'a script without TLS': { file: 'browser/a.js', scripts: ['http://js.example.com/a.js'] },
  'a wildcard': { file: 'browser/a.js', connections: ['https://*.example.com'] },
  'an address in the place of a host': { file: 'browser/a.js', frames: ['https://a.example.com/pay'] },
  'a policy of its own': { file: 'browser/a.js', scripts: ['https://a.example.com/; script-src *'] },
  'hosts without code': { frames: ['https://a.example.com'] },
}))
  test(`a frame in browsers is refused with ${what}`, () => {
    assert.throws(() => readManifest(manifest({ permissions: { browser } }), 'plugin.json'), {
      code: 'plugin.manifest_invalid',
    })
  })

test('a signature does not carry over to other files, nor to another version', () => {
  const author = makeAuthorKey()
  const signed = readPackage(signPackage(readPackage(writePackage(files, null)), author.privatePem))
  for (const change of [{ 'README.md': '# Other' }, { 'plugin.json': manifest({ version: '1.0.1' }) }]) {
    const moved = readPackage(writePackage({ ...files, ...change }, signed.signature))
    assert.equal(signatureFits(moved, moved.signature!), false)
  }
})

test('what a manifest asks for reads the same when it is the same, and an update shows only what is new', () => {
  const asking = (permissions: object, more: object = {}) =>
    readManifest(manifest({ permissions, ...more }), 'plugin.json')
  const before = asking({ network: [{ host: 'api.example.com' }], data: ['client.read:contact:current'] })
  const after = asking(
    {
      network: [{ host: 'api.example.com' }, { host: 'cdn.example.com', ports: [8443] }],
      data: ['client.read:contact:all'],
      storage: { bytes: 1000 },
    },
    {
      hooks: ['invoice.paid'],
      kinds: { gateway: ['start_payment', 'refund'], fraud: ['score'] },
    },
  )
  assert.deepEqual(
    permissionsAdded(before, after).map(({ key, grave }) => [key, grave]),
    [
      ['kind gateway: start_payment, refund', false],
      ['kind fraud: score', false],
      ['network cdn.example.com port 8443', false],
      ['data client.read:contact:all', true],
      ['storage 1000', false],
      ['hook invoice.paid', false],
    ],
  )
  assert.deepEqual(permissionsAdded(after, after), [])
  assert.equal(permissionsAsked(before).length, 3)
})

test('whatever a manifest may ask for is said in both languages', () => {
  const everything = readManifest(
    JSON.stringify({
      ...minimalManifest('greedy'),
      hooks: ['invoice.paid', 'client.close:check', 'mail.message:shape'],
      webhooks: [{ scheme: 'none' }],
      limits: Object.fromEntries(Object.entries(askableLimits).map(([name, { most }]) => [name, most])),
      settings: {
        type: 'object',
        properties: {
          host: { type: 'string' },
          ...Object.fromEntries(['a', 'b'].map((name) => [name, SECRET])),
        },
      },
      permissions: {
        network: [
          { host: 'a.example.com', ports: [8443], secrets: ['a'], query_secrets: ['b'], redirects: true },
          { fromConfig: 'settings.host' },
        ],
        tcp: [
          { host: 'epp.example.com', port: 700, secrets: ['a'] },
          { fromConfig: 'settings.host', port: 700 },
        ],
        data: ['invoice.read:summary:current', 'invoice.read:summary:all'],
        secrets: [{ name: 'a' }, { name: 'b', read: true }],
        storage: { bytes: 1_000 },
        schedules: [{ name: 'daily', every: '1d' }],
        slots: ['portal.home.after'],
        browser: {
          ...{ file: 'browser/fields.js', scripts: ['https://js.example.com/v1/fields.js'] },
          ...{ frames: ['https://a.example.com'], connections: ['https://b.example.com'] },
          images: ['https://c.example.com'],
        },
      },
    }),
    'greedy',
  )
  const asked = permissionsAsked(everything)
  assert.deepEqual([...new Set(asked.map(({ kind }) => kind))].length, 12)
  assert.deepEqual(
    asked.filter(({ kind }) => kind === 'tcp').map(({ key }) => key),
    ['tcp epp.example.com port 700 with a', 'tcp the address typed as settings.host port 700'],
  )
  assert.deepEqual(
    asked.filter(({ kind }) => kind === 'browser').map(({ key, grave }) => [key, grave]),
    [
      ['browser frame', true],
      ['browser script https://js.example.com/v1/fields.js', true],
      ['browser page https://a.example.com', false],
      ['browser connection https://b.example.com', false],
      ['browser image https://c.example.com', false],
    ],
  )
  for (const { word, of } of asked.flatMap(({ says }) => says)) {
    const message = word === 'limit' ? `limit.${of['name']}` : `asks.${word}`
    for (const locale of ['en', 'de']) assert.ok(words().has(`admin.plugins.${message}`, locale), message)
  }
})
