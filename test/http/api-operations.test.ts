import assert from 'node:assert/strict'
import { after, before, describe, it, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { sql } from '../../core/db/index.ts'
import { openApi } from '../../core/http/api/open-api.ts'
import { engines } from '../support/databases.ts'
import { assertStatus, openAdmin, type AdminWorld } from './admin/support.ts'
import { openApiRules } from './open-api-rules.ts'

const NOUNS = [
  'clients',
  'users',
  'products',
  'catalog',
  'orders',
  'services',
  'deliveries',
  'servers',
  'plugins',
  'plugin_requests',
  'invoices',
  'payments',
  'messages',
  'events',
  'audit',
  'settings',
  'board',
]

const document = openApi('http://shop.example')
const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)

test('the document keeps the rules of OpenAPI 3.1, and names every noun that staff have pages for', () => {
  const validate = ajv.compile(openApiRules)
  assert.ok(validate(document), JSON.stringify(validate.errors?.slice(0, 3)))
  assert.deepEqual(document.tags.map(({ name }) => name).toSorted(), NOUNS.toSorted())
  // The rules can fail: a parameter in the path is required, a status is three digits.
  const broken = structuredClone(document)
  const operation = broken.paths['/invoices/{invoice_id}']!.get!
  operation.parameters[0]!.required = false
  operation.responses = { ok: { description: 'fine' } }
  assert.equal(validate(broken), false)
  const paths = validate.errors!.map(({ instancePath }) => instancePath.split('/').slice(4, 6).join('/'))
  assert.ok(
    paths.some((path) => path.startsWith('parameters')) && paths.some((path) => path.startsWith('responses')),
  )
})

test('every parameter of every operation says what it means', () => {
  for (const [path, operations] of Object.entries(document.paths))
    for (const operation of Object.values(operations))
      for (const parameter of operation.parameters.filter((one) => one.in === 'query'))
        assert.ok((parameter.description ?? '').length > 4, `${path} ${parameter.name}`)
})

for (const engine of engines)
  describe(`operations of the API for staff (${engine})`, () => {
    let world: AdminWorld
    let key = ''
    before(async () => {
      world = await openAdmin(engine)
      await world.staff.get('/admin/me/keys')
      const made = await world.staff.post('/admin/me/keys', { name: 'all', scopes: '*', days: '' })
      assertStatus(made, 200)
      key = /berth_[\w-]+/.exec(made.text)![0]
    })
    after(() => world.close())

    interface Answer {
      status: number
      body: Record<string, unknown> & { items: Record<string, unknown>[]; next: string | null }
    }
    const send = async (method: string, path: string, body?: object, bearer = key): Promise<Answer> => {
      const headers = { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' }
      const init = body ? { method, headers, body: JSON.stringify(body) } : { method, headers }
      const response = await fetch(`${world.web.address}/api/v1${path}`, init)
      return { status: response.status, body: JSON.parse((await response.text()) || '{}') as Answer['body'] }
    }
    const assertShape = (name: string, value: object) => {
      const schema = {
        $id: `berth-${engine}-${name}-${Math.random()}`,
        ...document,
        ...document.components.schemas[name],
      }
      assert.ok(ajv.validate(schema, value), `${name}: ${JSON.stringify(ajv.errors)}`)
    }

    it('lists deliveries by state, reads one, and tries a failed one again', async () => {
      const failed = await send('GET', '/deliveries?status=failed')
      assert.deepEqual([failed.status, failed.body.items.map(({ id }) => id)], [200, [world.ids.delivery]])
      assertShape('Delivery', failed.body.items[0]!)
      assert.equal((await send('GET', '/deliveries?status=done')).body.items.length, 0)
      assert.equal((await send('GET', '/deliveries?status=lost')).status, 422)
      const retried = await send('POST', `/deliveries/${world.ids.delivery}/retry`)
      assert.deepEqual([retried.status, retried.body.status], [200, 'open'])
      const again = await send('POST', `/deliveries/${world.ids.delivery}/retry`)
      assert.deepEqual([again.status, again.body.status], [200, 'open'], 'a repeat changes nothing')
      const missing = await send('GET', `/deliveries/${world.means.newId('dlv')}`)
      assert.deepEqual([missing.status, missing.body.code], [404, 'record.not_found'])
    })

    it('lists servers without what is secret, and switches their maintenance', async () => {
      const { status, body } = await send('GET', '/servers')
      assert.deepEqual([status, body.items.map(({ name }) => name)], [200, ['node-7']])
      assertShape('Server', body.items[0]!)
      assert.ok(!('settings' in body.items[0]!))
      const at = `/servers/${world.ids.server}`
      assert.equal((await send('POST', `${at}/status`, { act: 'maintain' })).status, 204)
      assert.equal((await send('GET', at)).body.status, 'maintenance')
      assert.equal((await send('POST', `${at}/status`, { act: 'maintain' })).status, 409)
      assert.equal((await send('POST', `${at}/status`, { act: 'explode' })).status, 422)
      assert.equal((await send('POST', '/servers/srv_x/status', { act: 'maintain' })).status, 404)
    })

    it('lists events in pages, reads one and lets it be heard again', async () => {
      const first = await send('GET', '/events?type=invoice.issued&limit=2')
      assert.equal(first.body.items.length, 2)
      assertShape('Event', first.body.items[0]!)
      const second = await send('GET', `/events?type=invoice.issued&limit=2&after=${first.body.next}`)
      assert.deepEqual([second.body.items.length, second.body.next], [1, null])
      const id = String(first.body.items[0]!.id)
      assert.equal((await send('GET', `/events/${id}`)).body.id, id)
      assert.equal((await send('POST', `/events/${id}/replay`)).status, 204)
      const audited = await world.means.db.get<{ n: number }>(
        sql`select count(*) as n from audit where action = 'event.replay' and subject = ${id}`,
      )
      assert.equal(audited!.n, 1)
      assert.equal((await send('POST', '/events/evt_x/replay')).status, 404)
    })

    it('agrees on instalments, reads and ends them, and takes no money that is not reserved', async () => {
      const at = `/invoices/${world.ids.overdue}/instalments`
      assert.equal((await send('GET', at)).status, 404)
      const terms = { parts: 2, first_on: '2026-01-20', every: '1m' }
      assert.equal((await send('POST', at, { ...terms, parts: 1 })).status, 422)
      const made = await send('POST', at, terms)
      assert.deepEqual([made.status, made.body.status], [201, 'active'])
      assertShape('InstalmentPlan', made.body)
      assert.equal((await send('POST', at, terms)).body.code, 'instalment_plan.not_possible')
      assert.deepEqual((await send('GET', at)).body, made.body)
      const page = await world.staff.get(`/admin/invoices/${world.ids.overdue}`)
      assert.match(page.text, /Instalments: Running/)
      const ended = await send('POST', `${at}/end`, { reason: 'Paid at once' })
      assert.deepEqual([ended.status, ended.body.status], [200, 'ended'])
      const form = { parts: '3', first_on: '2026-01-20', every: '1m', fee: '5.00' }
      await world.staff.get(`/admin${at}`)
      assert.equal((await world.staff.post(`/admin${at}`, form)).status, 303)
      const { body } = await send('GET', at)
      assert.deepEqual([body.status, typeof body.fee_id], ['active', 'string'])
      const payment = await world.means.db.get<{ id: string }>(sql`select id from payments limit 1`)
      for (const [act, input] of [
        ['capture', {}],
        ['release', { reason: 'x' }],
      ] as const) {
        const none = await send('POST', `/payments/${payment!.id}/${act}`, input)
        assert.deepEqual([none.status, none.body.code], [409, 'payment.nothing_reserved'])
      }
    })

    it('is explained to readers: how one begins, and every noun with its operations', async () => {
      const start = await world.web.browser().get('/developers')
      assertStatus(start, 200)
      for (const noun of NOUNS) {
        assert.match(start.text, new RegExp(`href="/developers/api/${noun}"`))
        assertStatus(await world.web.browser().get(`/developers/api/${noun}`), 200)
      }
      assertStatus(await world.web.browser().get('/developers/api/nonsense'), 404)
    })

    it('refuses a key without the scope, by name', async () => {
      await world.staff.get('/admin/me/keys')
      const made = await world.staff.post('/admin/me/keys', {
        name: 'narrow',
        scopes: 'server.list',
        days: '1',
      })
      const narrow = /berth_[\w-]+/.exec(made.text)![0]
      assert.equal((await send('GET', '/servers', undefined, narrow)).status, 200)
      for (const [method, path] of [
        ['GET', '/deliveries'],
        ['GET', '/events'],
        ['POST', `/deliveries/${world.ids.delivery}/retry`],
      ] as const) {
        const refused = await send(method, path, undefined, narrow)
        assert.deepEqual([refused.status, refused.body.code], [403, 'actor.forbidden'], path)
      }
    })
  })
