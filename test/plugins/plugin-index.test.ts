import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import {
  entryOf as listEntry,
  fingerprint,
  getOffer,
  indexAddress,
  indexKey,
  makeAuthorKey,
  offerFromIndex,
  packageHash,
  packageSource,
  readIndex,
  readPackage,
  readPluginIndex,
  signPackage,
  writeIndex,
  writePackage,
  type IndexEntry,
} from '../../core/plugins/index.ts'
import { writeSetting } from '../../core/records/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { minimalManifest } from './support/setup.ts'

const author = makeAuthorKey()
const keeper = makeAuthorKey()

function parcel(version: string, key = author): string {
  const manifest = JSON.stringify({ ...minimalManifest('parcel'), version })
  const text = writePackage({ 'plugin.json': manifest, 'bundle.js': 'void 0' }, null)
  return signPackage(readPackage(text), key.privatePem)
}

const entryOf = (text: string, more: Partial<IndexEntry> = {}): IndexEntry => {
  const { manifest, signature } = readPackage(text)
  const { id, version, name, description } = manifest
  const at = `${id}-${version}.berth-plugin`
  return {
    ...{ id, version, name, description },
    ...{ sha256: packageHash(text), address: at, author: signature!.key, ...more },
  }
}

test('a list is what its keeper signed, and nothing else is read', () => {
  const text = writeIndex({ name: 'Ours', plugins: [entryOf(parcel('1.0.0'))] }, keeper.privatePem)
  const found = readIndex(text)
  assert.deepEqual([found.name, found.key, found.plugins.length], ['Ours', keeper.publicKey, 1])
  for (const changed of [
    text.replace('"1.0.0"', '"1.0.1"'),
    text.replace('Ours', 'Theirs'),
    text.replace(/"address": "[^"]+"/, '"address": "https://else.example/p"'),
  ])
    assert.throws(() => readIndex(changed), { code: 'plugin.index_invalid', message: /signature/ })
  assert.throws(() => readIndex('{'), { code: 'plugin.index_invalid', message: /JSON/ })
  assert.throws(() => readIndex('{}'), { code: 'plugin.index_invalid' })
})

test('kinds and picture of a package stand in the list, and are signed with it', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"/>'
  const files = (change: object) => {
    const manifest = { ...minimalManifest('parcel'), ...change }
    const parts = { 'plugin.json': JSON.stringify(manifest), 'bundle.js': 'void 0' }
    return signPackage(readPackage(writePackage({ ...parts, 'icon.svg': svg }, null)), author.privatePem)
  }
  const listed = (text: string) => listEntry({ text, found: readPackage(text), address: 'p' })
  const gateway = listed(files({}))
  assert.deepEqual([gateway.kinds, gateway.icon], [['gateway'], svg])
  assert.deepEqual(listed(files({ kinds: {}, hooks: ['invoice.paid'] })).kinds, ['hooks'])
  const text = writeIndex({ name: 'Ours', plugins: [gateway] }, keeper.privatePem)
  assert.deepEqual(readIndex(text).plugins, [gateway])
  for (const changed of [text.replace('"gateway"', '"tax"'), text.replace('2000/svg', '2001/svg')])
    assert.throws(() => readIndex(changed), { code: 'plugin.index_invalid', message: /signature/ })
  const foreign = { ...gateway, icon: 'https://pictures.example/a.svg' }
  const linked = writeIndex({ name: 'Ours', plugins: [foreign] }, keeper.privatePem)
  assert.throws(() => readIndex(linked), { code: 'plugin.index_invalid', message: /icon/ })
})

for (const engine of engines)
  describe(`packages from a list on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const folder = await mkdtemp(join(tmpdir(), 'berth-index-'))
    const served = new Map<string, string>()
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(request.url!)
      const text = served.get(request.url!)
      response.writeHead(text === undefined ? 404 : 200).end(text)
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    after(async () => {
      server.close()
      await rm(folder, { recursive: true })
      await remove()
    })
    const packages = packageSource({ outbound: { 'list.example': origin } })
    const means = { ...testMeans(db), packages }
    const actor = staffActor(['plugin.*'])
    const set = (setting: typeof indexAddress, value: string) =>
      db.transaction((trx) =>
        writeSetting(means, trx, { setting, scope: 'installation', scopeId: '', value }, actor),
      )
    const pick = (version = '1.0.0') => offerFromIndex(means, { plugin_id: 'parcel', version }, actor)
    const offers = () => db.all(sql`select id from plugin_offers`)
    const list = (...plugins: IndexEntry[]) => writeIndex({ name: 'Ours', plugins }, keeper.privatePem)
    const good = parcel('1.0.0')

    before(async () => {
      await writeFile(join(folder, 'parcel-1.0.0.berth-plugin'), good)
      await writeFile(join(folder, 'index.json'), list(entryOf(good)))
    })

    test('nothing is read until somebody set where and whose it is', async () => {
      await assert.rejects(readPluginIndex(means, {}, actor), { code: 'plugin.index_unset' })
      await set(indexAddress, join(folder, 'index.json'))
      await set(indexKey, fingerprint(author.publicKey))
      await assert.rejects(readPluginIndex(means, {}, actor), {
        code: 'plugin.index_untrusted',
        message: new RegExp(fingerprint(keeper.publicKey)),
      })
      await set(indexKey, fingerprint(keeper.publicKey).toUpperCase())
      await assert.rejects(readPluginIndex(means, {}, staffActor(['plugin.list'])), {
        code: 'actor.forbidden',
      })
    })

    test('from a file: the very package that the list names is put forward', async () => {
      const report = await readPluginIndex(means, {}, actor)
      assert.deepEqual(
        report.lines.map(({ id, installed, newer }) => [id, installed, newer]),
        [['parcel', null, false]],
      )
      const offer = await getOffer(db, await pick())
      assert.deepEqual([offer.package, offer.origin], [good, 'index'])
      assert.equal((await offers()).length, 1)
    })

    test('another hash, another author and another plugin are refused', async () => {
      const write = (text: string) => writeFile(join(folder, 'index.json'), text)
      await write(list(entryOf(good, { sha256: 'a'.repeat(64) })))
      await assert.rejects(pick(), { code: 'plugin.package_other', message: /hash/ })
      await write(list(entryOf(good, { author: keeper.publicKey })))
      await assert.rejects(pick(), { code: 'plugin.package_other', message: /author/ })
      await write(list(entryOf(good, { version: '2.0.0' })))
      await assert.rejects(pick('2.0.0'), { code: 'plugin.package_other', message: /is parcel 1\.0\.0/ })
      await assert.rejects(pick('3.0.0'), { code: 'record.not_found' })
      await write(list(entryOf(good, { address: '../secrets' })))
      await assert.rejects(pick(), { code: 'plugin.source_unreadable', message: /leads out/ })
      assert.equal((await offers()).length, 1)
    })

    test('over the net: from the place of the list, by the checked way of plugins', async () => {
      served.set('/lists/index.json', list(entryOf(good)))
      served.set('/lists/parcel-1.0.0.berth-plugin', good)
      await set(indexAddress, 'https://list.example/lists/index.json')
      assert.equal((await getOffer(db, await pick())).package, good)
      assert.deepEqual(asked, ['/lists/index.json', '/lists/parcel-1.0.0.berth-plugin'])
      served.delete('/lists/parcel-1.0.0.berth-plugin')
      await assert.rejects(pick(), { code: 'plugin.source_unreadable', message: /answers 404/ })
    })

    test('private addresses, plain http and what is too large are not read', async () => {
      const read = (address: string) => packages.read(address, 1_000)
      for (const [address, says] of [
        ['https://127.0.0.1/index.json', /not a public address/],
        ['https://localhost/index.json', /not a public address/],
        ['http://list.example/lists/index.json', /Only https/],
        ['file:///etc/passwd', /Only https/],
        ['index.json', /neither/],
        [folder, /no such file/],
      ] as const)
        await assert.rejects(read(address), { code: 'plugin.source_unreadable', message: says }, address)
      assert.match(await read('https://list.example/lists/index.json'), /berth-index/)
      await assert.rejects(packages.read('https://list.example/lists/index.json', 50), {
        code: 'plugin.source_unreadable',
        message: /more than 50 bytes/,
      })
      await assert.rejects(packages.read(join(folder, 'index.json'), 50), { message: /larger than 50/ })
    })
  })
