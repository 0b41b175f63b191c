import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { getInstance, secretFields } from '../../../core/plugins/index.ts'
import { allSettings } from '../../../core/records/index.ts'
import { createMessages } from '../../../core/i18n/index.ts'
import { readSecret } from '../../../core/secrets/index.ts'
import { SETTING_TOPICS } from '../../../core/http/admin/views/setting-topics.ts'
import { adminPorts } from '../../support/admin-ports.ts'
import { engines } from '../../support/databases.ts'
import type { TestMeans } from '../../support/means.ts'
import type { Reply, WebBrowser } from '../../support/web.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

const root = join(import.meta.dirname, '../../..')

async function installPlugin(means: TestMeans, id: string): Promise<void> {
  const manifest = readFileSync(join(root, 'plugins', id, 'plugin.json'), 'utf8')
  const now = means.business.now()
  const facts = { version: '1.0.0', bundle_sha256: 'x', granted: '{}', status: 'enabled' }
  await means.db.insert('plugins', [{ id, manifest, ...facts, installed_at: now, updated_at: now }])
}

for (const engine of engines) {
  describe(`what staff set up (${engine})`, () => {
    let world: AdminWorld
    let staff: WebBrowser
    before(async () => {
      world = await openAdmin(engine, (means) => ({
        admin: adminPorts(means, {
          async serverSettings(instanceId) {
            const { manifest } = await getInstance(means.db, instanceId)
            const schema = manifest.server_settings ?? {}
            return { schema, secrets: secretFields(schema) }
          },
        }),
      }))
      staff = world.staff
      for (const id of ['stripe', 'bank-transfer', 'pterodactyl']) await installPlugin(world.means, id)
    })
    after(() => world.close())

    const one = <R extends object>(statement: ReturnType<typeof sql>) => world.means.db.get<R>(statement)
    const send = async (page: string, action: string, fields: Record<string, string>): Promise<Reply> => {
      assertStatus(await staff.get(page), 200)
      return staff.post(action, fields)
    }
    const follow = async (reply: Reply): Promise<string> => {
      assertStatus(reply, 303)
      return (await staff.get(reply.location!)).text.replace(/\s+/g, ' ')
    }
    const idOf = (reply: Reply) => reply.location!.split('/').at(-1)!

    describe('settings', () => {
      const read = async (key: string, scope = 'installation') =>
        (
          await one<{ value: string }>(
            sql`select value from settings where key = ${key} and scope = ${scope}`,
          )
        )?.value
      const drawn = 'billing.terminate_after,billing.remind_after,billing.suspend_after'
      const fields = {
        drawn,
        'values[billing__terminate_after]': '14',
        'values[billing__remind_after]': '2, 5',
        'values[billing__suspend_after]': '9',
      }

      it('saves one topic, all or none, and keeps what was typed', async () => {
        const reply = await send('/admin/settings', '/admin/settings/dunning', {
          ...fields,
          'values[billing__suspend_after]': '500',
        })
        assertStatus(reply, 422)
        assertShows(reply.text, /id="f-values-billing-suspend-after--error"/)
        assertShows(reply.text, /name="values\[billing__suspend_after\]" [^>]*aria-invalid="true"/)
        assertShows(reply.text, /value="500"/)
        assert.equal(await read('billing.terminate_after'), undefined)
        assertShows(
          await follow(await send('/admin/settings', '/admin/settings/dunning', fields)),
          /The settings were saved/,
        )
        assert.equal(await read('billing.terminate_after'), '14')
        assert.equal(await read('billing.remind_after'), '[2,5]')
      })

      it('gives a brand a value of its own and takes it away again, with before and after in the audit log', async () => {
        const brand = world.ids.brand
        const page = `/admin/settings/dunning?brand=${brand}`
        const own = {
          ...fields,
          brand,
          'values[own.billing__terminate_after]': 'on',
          'values[billing__terminate_after]': '21',
        }
        assertShows(
          await follow(await send(page, '/admin/settings/dunning', own)),
          /Everywhere: 14\. Changed by Ada Quay/,
        )
        assert.equal(await read('billing.terminate_after', 'brand'), '21')
        assert.equal(await read('billing.suspend_after', 'brand'), undefined)
        const rest: Record<string, string> = { ...own }
        delete rest['values[own.billing__terminate_after]']
        await follow(await send(page, '/admin/settings/dunning', rest))
        assert.equal(await read('billing.terminate_after', 'brand'), undefined)
        assert.equal(await read('billing.terminate_after'), '14')
        const entries = await world.means.db.all<{
          before_state: string | null
          after_state: string | null
        }>(sql`
          select before_state, after_state from audit where action = 'setting.change' and brand_id = ${brand} order by id`)
        assert.deepEqual(
          entries.map((row) => [row.before_state, row.after_state]),
          [
            [null, `{"scope":"brand","scope_id":"${brand}","value":21}`],
            [`{"scope":"brand","scope_id":"${brand}","value":21}`, null],
          ],
        )
      })

      it('writes ticks, choices and the parts of an object', async () => {
        const locked = { drawn: 'client.locked_fields', 'values[client__locked_fields.company]': 'on' }
        await follow(
          await send('/admin/settings', '/admin/settings/clients', {
            ...locked,
            'values[client__locked_fields.tax_id]': 'on',
          }),
        )
        assert.equal(await read('client.locked_fields'), '["company","tax_id"]')
        await follow(
          await send('/admin/settings', '/admin/settings/clients', { drawn: 'client.locked_fields' }),
        )
        assert.equal(await read('client.locked_fields'), '[]')
        await follow(
          await send('/admin/settings', '/admin/settings/renewals', { drawn: 'services.invoice_suspended' }),
        )
        assert.equal(await read('services.invoice_suspended'), 'false')
        const steps = (step: string) => ({
          drawn: 'billing.cash_rounding',
          'values[billing__cash_rounding.0.currency]': 'CHF',
          'values[billing__cash_rounding.0.step]': step,
        })
        const refused = await send('/admin/settings', '/admin/settings/documents', {
          ...steps('0.005'),
          q: 'rounding',
        })
        assertStatus(refused, 422)
        assertShows(refused.text, /takes no more than 2 decimals in CHF/)
        assert.ok(!refused.text.includes('billing__cash_rounding:'), 'it is said at the field alone')
        // The search still narrows the form: what it did not hold would stand empty, and be saved so.
        assert.ok(!refused.text.includes('billing__terminate_after'))
        await follow(await send('/admin/settings', '/admin/settings/documents', steps('0.05')))
        assert.equal(await read('billing.cash_rounding'), '[{"currency":"CHF","step":"0.05"}]')
        await follow(
          await send('/admin/settings/documents', '/admin/settings/documents', {
            drawn: 'billing.cash_rounding',
          }),
        )
        assert.equal(await read('billing.cash_rounding'), '[]')
        const terms = {
          'values[shop__terms.version]': '2026-02',
          'values[shop__terms.text]': '# Terms\r\nPay.',
        }
        await follow(await send('/admin/settings', '/admin/settings/shop', { drawn: 'shop.terms', ...terms }))
        assert.deepEqual(JSON.parse((await read('shop.terms'))!), {
          version: '2026-02',
          text: '# Terms\r\nPay.',
        })
      })

      it('holds every setting without a page of its own in one topic', () => {
        const held = Object.values(SETTING_TOPICS).flat()
        const wanted = [...allSettings.values()].filter(({ ownPage }) => !ownPage).map(({ key }) => key)
        assert.deepEqual([...held].sort(), wanted.sort())
      })

      it('lists the topics with how many of their settings were changed', async () => {
        const { text } = await staff.get('/admin/settings')
        assertShows(text, /href="\/admin\/settings\/dunning"/)
        assert.doesNotMatch(text, /name="values\[/)
        const page = await staff.get(`/admin/settings/dunning?brand=${world.ids.brand}`)
        assertShows(page.text, /href="\/admin\/settings\?brand=brd_/)
        assertShows(page.text, /name="values\[own\.billing__suspend_after\]"/)
        assertStatus(await staff.get('/admin/settings/nonsense'), 404)
        assertStatus(await staff.get('/admin/settings/toString'), 404)
      })

      it('leaves alone what a search kept out of the form', async () => {
        const page = await staff.get('/admin/settings?q=Grace+before+suspension')
        assertShows(page.text, /name="drawn" value="billing\.suspend_after"/)
        assert.doesNotMatch(page.text, /billing__terminate_after/)
        await follow(
          await staff.post('/admin/settings/dunning', {
            drawn: 'billing.suspend_after',
            'values[billing__suspend_after]': '7',
          }),
        )
        assert.equal(await read('billing.terminate_after'), '14')
        assert.equal(await read('billing.suspend_after'), '7')
      })

      it('asks for the password again, names the permission, and knows no foreign brand', async () => {
        await world.means.db.run(sql`update sessions set confirmed_at = null`)
        await staff.get('/admin/settings')
        const asked = await staff.post('/admin/settings/dunning', fields)
        assertStatus(asked, 303)
        assert.match(asked.location!, /^\/admin\/confirm\?next=/)
        await world.means.db.run(sql`update sessions set confirmed_at = ${world.means.clock.now()}`)
        const clerk = await world.signedIn(['setting.read'])
        await clerk.get('/admin/settings')
        const refused = await clerk.post('/admin/settings/dunning', fields)
        assertStatus(refused, 403)
        assertShows(refused.text, /setting\.change/)
        assertStatus(await staff.get('/admin/settings?brand=brd_x'), 404)
        assertStatus(await staff.get('/admin/settings'), 200)
        assertStatus(await staff.post('/admin/settings/dunning', { ...fields, brand: 'brd_x' }), 404)
        assertStatus(await staff.post('/admin/settings/nonsense', fields), 404)
      })
    })

    describe('plugins', () => {
      it('sets up a gateway with its secrets sealed, and shows that they are set, never what they are', async () => {
        const typed = {
          name: 'Cards 2',
          'settings[api_key]': ' sk_test_1234\n',
          'settings[webhook_secret]': '',
        }
        const refused = await send('/admin/plugins/stripe/new', '/admin/plugins/stripe', typed)
        assertStatus(refused, 422)
        assertShows(refused.text, /id="f-settings-webhook-secret--error"/)
        assertShows(refused.text, /value="Cards 2"/)
        assert.doesNotMatch(refused.text, /sk_test_1234/)
        const reply = await send('/admin/plugins/stripe/new', '/admin/plugins/stripe', {
          ...typed,
          'settings[webhook_secret]': 'whsec_1',
          'settings[statement_descriptor]': 'KONTOR',
        })
        const page = await follow(reply)
        assertShows(page, /Set on .*by Ada Quay/)
        assert.doesNotMatch(page, /sk_test_1234|whsec_1/)
        assertShows(page, /type="password"[^>]*name="settings\[api_key\]"/)
        const row = await one<{ settings: string; version: number }>(
          sql`select settings, version from plugin_instances where id = ${idOf(reply)}`,
        )
        assert.equal(row!.version, 1)
        const off = { offer_sepa_debit: false, offer_us_bank_account: false, offer_bacs_debit: false }
        assert.deepEqual(JSON.parse(row!.settings), { ...off, statement_descriptor: 'KONTOR' })
        assert.equal(
          await readSecret(world.means.db, world.means.keys, idOf(reply), 'api_key'),
          'sk_test_1234',
        )
      })

      it('changes an instance without its secrets, and refuses a form that is out of date', async () => {
        const id = (await one<{ id: string }>(sql`select id from plugin_instances where name = 'Cards 2'`))!
          .id
        const at = `/admin/plugins/instances/${id}`
        const typed = {
          name: 'Cards',
          'settings[api_key]': '',
          'settings[webhook_secret]': '',
          _version: '1',
        }
        await follow(await send(at, at, typed))
        assert.equal(await readSecret(world.means.db, world.means.keys, id, 'api_key'), 'sk_test_1234')
        const stale = await send(at, at, { ...typed, name: 'Late' })
        assertStatus(stale, 409)
        assertShows(stale.text, /value="Late"/)
        assert.equal(
          (await one<{ name: string }>(sql`select name from plugin_instances where id = ${id}`))!.name,
          'Cards',
        )
      })

      it('keeps lists of things and texts by name, and names the field of a thing that is wrong', async () => {
        const account = {
          'settings[accounts.0.currency]': 'EUR',
          'settings[accounts.0.holder]': 'Kontor Hosting GmbH',
          'settings[accounts.0.iban]': 'DE02120300000000202051',
        }
        const more = {
          'settings[accounts.2.currency]': 'USD',
          'settings[accounts.2.holder]': 'Kontor Hosting GmbH',
          'settings[instructions.0.name]': 'en',
          'settings[instructions.0.value]': 'Please transfer the sum.',
        }
        const page = '/admin/plugins/bank-transfer/new'
        const refused = await send(page, '/admin/plugins/bank-transfer', {
          name: 'Bank',
          ...account,
          ...more,
        })
        assertStatus(refused, 422)
        assertShows(refused.text, /id="f-settings-accounts-1-iban--error"/)
        assertShows(refused.text, /name="settings\[accounts\.1\.currency\]"[^>]*|value="USD"/)
        const reply = await send(page, '/admin/plugins/bank-transfer', {
          ...{ name: 'Bank', ...account, ...more },
          'settings[accounts.2.account_number]': '000123',
        })
        assertShows(await follow(reply), /value="DE02120300000000202051"/)
        const row = await one<{ settings: string }>(
          sql`select settings from plugin_instances where id = ${idOf(reply)}`,
        )
        assert.deepEqual(JSON.parse(row!.settings), {
          accounts: [
            { currency: 'EUR', holder: 'Kontor Hosting GmbH', iban: 'DE02120300000000202051' },
            { currency: 'USD', holder: 'Kontor Hosting GmbH', account_number: '000123' },
          ],
          instructions: { en: 'Please transfer the sum.' },
          ...{ days_until_due: 14, reference_kind: 'invoice_number' },
        })
      })
    })

    describe('servers', () => {
      it('adds one by the schema of its plugin, changes it without its keys, and tells wrong ones by field', async () => {
        const panel = await send('/admin/plugins/pterodactyl/new', '/admin/plugins/pterodactyl', {
          name: 'Panel',
        })
        const instance_id = idOf(panel)
        const page = `/admin/servers/new?instance=${instance_id}`
        const typed = {
          ...{ instance_id, name: 'Node farm', capacity: '40' },
          'settings[panel_url]': 'http://panel.example',
          'settings[application_key]': 'ptla_1',
        }
        const refused = await send(page, '/admin/servers', typed)
        assertStatus(refused, 422)
        assertShows(refused.text, /id="f-settings-panel-url--error"/)
        assertShows(refused.text, /value="Node farm"/)
        assert.doesNotMatch(refused.text, /ptla_1/)
        const reply = await send(page, '/admin/servers', {
          ...typed,
          'settings[panel_url]': 'https://panel.example',
        })
        const shown = await follow(reply)
        assertShows(shown, /The server was added/)
        assert.doesNotMatch(shown, /ptla_1/)
        const at = reply.location!
        const changed = await send(at, at, {
          ...typed,
          ...{ name: 'Node farm 2', capacity: '', _version: '1' },
          'settings[panel_url]': 'https://panel.example',
          'settings[application_key]': '',
        })
        await follow(changed)
        const row = await one<{ name: string; capacity: number | null; settings: string; version: number }>(
          sql`select name, capacity, settings, version from servers where id = ${idOf(reply)}`,
        )
        assert.deepEqual(
          { ...row },
          {
            name: 'Node farm 2',
            capacity: null,
            settings: '{"panel_url":"https://panel.example"}',
            version: 2,
          },
        )
        assert.equal(
          await readSecret(world.means.db, world.means.keys, idOf(reply), 'application_key'),
          'ptla_1',
        )
      })

      it('shows the capacity that one told, and that it is full', async () => {
        const told = {
          accounts: { used: 12, limit: null },
          resources: [
            { key: 'memory', label: 'Memory', unit: 'bytes', used: 6 * 1024 ** 3, limit: 8 * 1024 ** 3 },
          ],
          full_places: [{ setting: 'node', value: '3' }],
        }
        const { db, business } = world.means
        await db.run(sql`
          update servers set told_capacity = ${JSON.stringify(told)}, told_free = 0, told_at = ${business.now()}
          where id = ${world.ids.server}`)
        const page = await staff.get(`/admin/servers/${world.ids.server}`)
        assertShows(page.text, /Capacity, as it tells/)
        assertShows(page.text, /6 of 8 GiB, 2 GiB free/)
        assertShows(page.text, /node 3/)
        assertShows((await staff.get('/admin/servers')).text, /\/ 40[^]{0,200}Full/)
        await db.run(sql`update servers set told_capacity = null, told_free = null, told_at = null`)
      })
    })
  })
}

it('every setting has words in every language', () => {
  const messages = createMessages({ folder: join(root, 'locales') })
  for (const key of allSettings.keys())
    for (const part of ['label', 'hint'])
      for (const locale of messages.locales)
        assert.ok(
          !messages.missing(locale).includes(`settings.${key}.${part}`) &&
            messages.has(`settings.${key}.${part}`),
          `settings.${key}.${part} in ${locale}`,
        )
})
