import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
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
