import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  fingerprint,
  indexAddress,
  indexKey,
  makeAuthorKey,
  packageHash,
  writeIndex,
  type IndexEntry,
} from '../../../core/plugins/index.ts'
import { writeSetting } from '../../../core/records/index.ts'
import { adminPorts } from '../../support/admin-ports.ts'
import { engines } from '../../support/databases.ts'
import { staffActor } from '../../support/make.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

const keeper = makeAuthorKey()
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>'
const entry = (id: string, name: string, more: Partial<IndexEntry> = {}): IndexEntry => ({
  ...{ id, name, version: '1.0.0', description: `${name} for you`, sha256: 'a'.repeat(64) },
  ...{ address: `${id}.berth-plugin`, author: keeper.publicKey, ...more },
})
const plugins = [
  entry('alpha-pay', 'Alpha pay', { kinds: ['gateway'], icon: SVG }),
  entry('beta-panel', 'Beta panel', { kinds: ['provisioner', 'metering_source'] }),
  entry('gamma', 'Gamma', { kinds: ['hooks'], description: 'Tells a chat what was paid' }),
  entry('old', 'Old entry'),
]

for (const engine of engines)
  describe(`the list of plugins in the admin area (${engine})`, () => {
    let world: AdminWorld
    let folder: string
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'berth-list-'))
      world = await openAdmin(engine, (means) => ({ admin: adminPorts(means) }))
      await writeFile(join(folder, 'index.json'), writeIndex({ name: 'Ours', plugins }, keeper.privatePem))
      const { means } = world
      const set = (setting: typeof indexAddress, value: string) =>
        means.db.transaction((trx) =>
          writeSetting(
            ...([means, trx, { setting, scope: 'installation', scopeId: '', value }] as const),
            staffActor(['*']),
          ),
        )
      await set(indexAddress, join(folder, 'index.json'))
      await set(indexKey, fingerprint(keeper.publicKey))
    })
    after(async () => {
      await world.close()
      await rm(folder, { recursive: true })
    })
    const page = async (query = '') => {
      const reply = await world.staff.get(`/admin/plugins/index${query}`)
      assertStatus(reply, 200)
      return reply.text.replace(/\s+/g, ' ')
    }
    const shown = (text: string) =>
      plugins.filter(({ id }) => text.includes(`index-${id}-1-0-0`)).map(({ id }) => id)

    it('finds by name, id, description and kind, in the words of the reader', async () => {
      assert.deepEqual(shown(await page()), ['alpha-pay', 'beta-panel', 'gamma', 'old'])
      assert.deepEqual(shown(await page('?q=ALPHA')), ['alpha-pay'])
      assert.deepEqual(shown(await page('?q=beta-p')), ['beta-panel'])
      assert.deepEqual(shown(await page('?q=chat+paid')), ['gamma'])
      assert.deepEqual(shown(await page('?q=payments')), ['alpha-pay'])
      assert.deepEqual(shown(await page('?q=gateway')), ['alpha-pay'])
    })

    it('narrows to a kind, keeps what was typed, and says when nothing fits', async () => {
      const text = await page('?kind=metering_source')
      assert.deepEqual(shown(text), ['beta-panel'])
      assertShows(text, /<input type="hidden" name="kind" value="metering_source">/)
      const both = await page('?kind=gateway&q=panel')
      assert.deepEqual(shown(both), [])
      assertShows(both, /No plugin fits/)
      assertShows(both, /href="\/admin\/plugins\/index\?kind=provisioner&amp;q=panel"/)
      assert.deepEqual(shown(await page('?kind=%3Cscript%3E&q=%3Cb%3E')), [])
    })

    it('shows a picture from our own house, as a document that runs and loads nothing', async () => {
      const address = `/admin/plugins/index/icons/${packageHash(SVG)}.svg`
      assertShows(
        await page(),
        new RegExp(`<img class="b-picture" src="${address}" alt="" width="24" height="24"`),
      )
      const picture = await world.staff.get(address)
      assertStatus(picture, 200)
      assert.equal(picture.text, SVG)
      assert.equal(picture.headers.get('content-type'), 'image/svg+xml')
      assert.equal(
        picture.headers.get('content-security-policy'),
        "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      )
      assertStatus(await world.staff.get(`/admin/plugins/index/icons/${'b'.repeat(64)}.svg`), 404)
      const clerk = await world.signedIn(['plugin.list'])
      assertStatus(await clerk.get(address), 403)
    })
  })
