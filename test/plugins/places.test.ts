import assert from 'node:assert/strict'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { readFile } from 'node:fs/promises'
import { after, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { systemActor } from '../../core/kernel/index.ts'
import { bundlePlugin, createInstance, readManifest, setInstanceStatus } from '../../core/plugins/index.ts'
import { makeBrand, makeClient, makeMembership, makeStaff, makeUser, PASSWORD } from '../support/make.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
import { startWeb, type WebBrowser } from '../support/web.ts'
import { openHookHouse } from './support/hook-house.ts'
import { loadWritten } from './support/setup.ts'

const EXAMPLES = join(import.meta.dirname, '../../examples')

async function loadExample(name: string) {
  const folder = join(EXAMPLES, name)
  const manifest = readManifest(await readFile(join(folder, 'plugin.json'), 'utf8'), name)
  return { manifest, bundle: await bundlePlugin(folder, join(tmpdir(), 'berth-test-plugins')) }
}

/** Shows hostile text, a form that asks on, and fails on the board. */
const odd = await loadWritten('odd', {
  code: `export default { add_on: () => ({
    draw_slot: async ({ slot, record, viewer }) => {
      if (slot === 'admin.board.widget') throw new Error('broken')
      return { keep_for: 0, blocks: [
        { block: 'text', text: '<script>' + slot + ' ' + record + ' ' + viewer.kind },
        { block: 'form', action: 'ring', label: 'Ring', form: { type: 'object', required: ['times'],
          properties: { times: { type: 'integer', minimum: 1, maximum: 9, pattern: '(a+)+$' } } } },
      ] }
    },
    submit: async ({ idempotency_key: key, values, record, viewer }) => values.times === 7
      ? { outcome: 'ask', message: 'Really seven?', form: { type: 'object', properties: { sure: { type: 'boolean' } } } }
      : { outcome: 'done', message: JSON.stringify({ values, record, client: viewer.client_id, key }) },
  }) }`,
  manifest: {
    kinds: { add_on: ['draw_slot', 'submit'] },
    permissions: { slots: ['portal.home.after', 'admin.board.widget'] },
  },
})
/** Counts how often it was asked for its pages. */
const counting = await loadWritten('counting', {
  code: `let asked = 0
  export default { add_on: () => ({
    list_pages: async () => ({ pages: [{ key: 'seen', area: 'admin', title: 'Asked ' + ++asked }] }),
    draw_page: async () => ({ title: 'Seen', blocks: [] }),
  }) }`,
  manifest: { kinds: { add_on: ['list_pages', 'draw_page'] }, limits: { isolates: 1 } },
})
const plugins = [await loadExample('example-add-on'), await loadExample('example-widget'), odd, counting]

for (const engine of engines) {
  describe(`places of plugins in pages on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const house = await openHookHouse(db, plugins)
    const means = { ...testMeans(db), hooks: house.hooks }
    const brand = await makeBrand(means)
    const user = await makeUser(means, { realm_id: brand.realm_id })
    const client = await makeClient(means, { brand_id: brand.id })
    await makeMembership(means, { client_id: client.id, user_id: user.id })
    const staff = await makeStaff(means)
    const web = await startWeb(means, { plugins: house.plugins })
    after(async () => {
      await web.close()
      house.close()
      await remove()
    })

    const clients = async () => {
      const browser = web.browser()
      await browser.signIn(user.email, PASSWORD, '/sign-in')
      return browser
    }
    const staffs = async () => {
      const browser = web.browser()
      await browser.signIn(staff.user.email, PASSWORD, '/admin/sign-in')
      return browser
    }
    /** A cold plugin comes after the first page; the place then asks for itself, as htmx would. */
    const slotOf = async (browser: WebBrowser, path: string, id: string) => {
      const headers = { 'HX-Request': 'true', 'HX-Target': `div#${id}` }
      return (await browser.get(path, headers)).text
    }

    const toldOn = async (browser: WebBrowser) => {
      const [, text] = /(\{&quot;values&quot;.*?\})</.exec((await browser.get('/portal')).text) ?? []
      return JSON.parse((text ?? '{}').replaceAll('&quot;', '"')) as Record<string, unknown>
    }

    test('a place shows the blocks of its add-ons as text of ours, for this record and viewer', async () => {
      const text = await slotOf(await clients(), '/portal', 'slot-portal-home-after')
      assert.match(text, /^<div id="slot-portal-home-after" class="b-slot">/)
      assert.match(text, /What do you wish for\?/)
      assert.ok(text.includes(`&lt;script&gt;portal.home.after ${client.id} client`), text)
      assert.doesNotMatch(text, /<script>/)
      const page = (await (await clients()).get('/portal')).text
      assert.match(page, /id="slot-portal-home-after"/)
    })

    test('a form of a plugin comes back for the record and client for which it was shown, checked by core', async () => {
      const browser = await clients()
      const text = await slotOf(browser, '/portal', 'slot-portal-home-after')
      const form = formOf(text, 'ring')
      const wrong = await browser.post(form.action, { ...form.fields, 'values[times]': '12' })
      assert.equal(wrong.status, 422)
      assert.match(wrong.text, /value="12"/)
      const asks = await browser.post(form.action, { ...form.fields, 'values[times]': '7' })
      assert.match(asks.text, /Really seven\?/)
      assert.match(asks.text, /name="values\[sure\]"/)
      const done = await browser.post(form.action, { ...form.fields, 'values[times]': '3' })
      assert.deepEqual([done.status, done.location], [303, '/portal'])
      const { key, ...told } = await toldOn(browser)
      assert.deepEqual(told, { values: { times: 3 }, record: client.id, client: client.id })
      assert.match(String(key), /^form\/[\w-]{43}$/)
    })

    test('a form that is sent twice is one act, and the next one has a key of its own', async () => {
      const browser = await clients()
      const ring = async ({ action, fields }: ReturnType<typeof formOf>, times: string) => {
        const done = await browser.post(action, { ...fields, 'values[times]': times })
        assert.equal(done.status, 303)
        return (await toldOn(browser)).key
      }
      const shown = async () => formOf(await slotOf(browser, '/portal', 'slot-portal-home-after'), 'ring')
      const form = await shown()
      assert.match(form.fields['_once'] ?? '', /\S/)
      const first = await ring(form, '3')
      assert.match(String(first), /^form\//)
      assert.equal(await ring(form, '3'), undefined, 'the plugin was asked again')
      assert.notEqual(await ring(form, '4'), first)
      assert.notEqual(await ring(await shown(), '3'), first)
    })

    test('a form that was never shown to this reader is not there', async () => {
      const form = formOf(await slotOf(await clients(), '/portal', 'slot-portal-home-after'), 'ring')
      const other = await clients()
      await other.get('/portal')
      assert.equal((await other.post(form.action, { ...form.fields, 'values[times]': '3' })).status, 404)
      const browser = await clients()
      const own = formOf(await slotOf(browser, '/portal', 'slot-portal-home-after'), 'ring')
      const about = Buffer.from(own.fields.about!, 'base64url').toString().replace(client.id, 'cli_other')
      const forged = { ...own.fields, about: Buffer.from(about).toString('base64url'), 'values[times]': '3' }
      assert.equal((await browser.post(own.action, forged)).status, 404)
    })

    test('an add-on has a page of its own, in the navigation, whose form remembers', async () => {
      const browser = await clients()
      const first = await browser.get('/portal/x/example-add-on/wishes')
      assert.equal(first.status, 200)
      assert.match(first.text, /<h1[^>]*>Wishes/)
      assert.match(first.text, /You have no wish yet\./)
      assert.match(first.text, /href="\/portal\/x\/example-add-on\/wishes"[^>]*aria-current="page"/)
      const form = formOf(first.text, 'wish')
      await browser.post(form.action, { ...form.fields, 'values[wish]': 'More <disks>' })
      assert.match((await browser.get('/portal/x/example-add-on/wishes')).text, /More &lt;disks&gt;/)
      assert.equal((await browser.get('/portal/x/example-add-on/nothing')).status, 404)
      assert.equal((await (await staffs()).get('/admin/x/example-add-on/wishes')).status, 404)
    })

    test('widgets stand on the board of who may see them, and a broken plugin is named to staff', async () => {
      const text = await slotOf(await staffs(), '/admin', 'slot-admin-board-widget')
      assert.match(text, /Invoices paid/)
      assert.match(text, /The plugin odd did not answer/)
    })

    test('pages of a plugin are kept for a minute, but none that it brought before it was changed', async () => {
      const browser = await staffs()
      const entry = async () => /Asked \d/.exec((await browser.get('/admin')).text)?.[0]
      assert.deepEqual([await entry(), await entry()], ['Asked 1', 'Asked 1'])
      await db.run(sql`update plugin_instances set version = version + 1 where id = 'plg_counting'`)
      await house.hooks.refresh()
      assert.equal(await entry(), 'Asked 2')
      await db.run(sql`update plugins set bundle_sha256 = ${'0'.repeat(64)} where id = 'counting'`)
      await house.hooks.refresh()
      assert.equal(await entry(), 'Asked 3')
    })

    test('what is set up or switched is shown from the next page on', async () => {
      const admin = { ...means, drain: () => undefined, reread: () => house.hooks.refresh() }
      const showing = () => house.hooks.offering('add_on.submit').map(({ instance }) => instance)
      const wanted = { plugin_id: 'odd', name: 'Once more', settings: {} }
      const { id } = await createInstance(admin, wanted, systemActor('test'))
      assert.ok(showing().includes(id))
      await setInstanceStatus(admin, { instance_id: id, status: 'disabled' }, systemActor('test'))
      assert.ok(!showing().includes(id))
    })
  })
}

/** The action and hidden fields of a form in a page. */
function formOf(text: string, action: string): { action: string; fields: Record<string, string> } {
  const form = [...text.matchAll(/<form[^]*?<\/form>/g)].find(([one]) => one.includes(`/acts/${action}"`))
  assert.ok(form, `a form for ${action} in ${text}`)
  const fields = [...form[0].matchAll(/type="hidden" name="(\w[^"]*)" value="([^"]*)"/g)]
  const address = /action="([^"]+)"/.exec(form[0])![1]!
  return {
    action: address,
    fields: Object.fromEntries(
      fields.flatMap(([, name, value]) => (name === '_csrf' ? [] : [[name!, value!]])),
    ),
  }
}
