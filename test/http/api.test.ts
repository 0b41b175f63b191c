import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { enterRate } from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import { openApi } from '../../core/http/api/open-api.ts'
import { createApiKey } from '../../core/identity/index.ts'
import type { Actor } from '../../core/kernel/index.ts'
import { draft, issue, makeBuyer } from '../billing/support.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { makeClient, makeMembership, makeStaff, makeUser, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { startWeb, type Web } from '../support/web.ts'

interface Answer {
  status: number
  headers: Headers
  body: Record<string, unknown> & { items?: { id: string }[]; next?: string | null }
}

for (const engine of engines) {
  describe(`API (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let buyer: Awaited<ReturnType<typeof makeBuyer>>
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      buyer = await makeBuyer(means)
      web = await startWeb(means)
    })
    after(async () => {
      await web.close()
      await database.remove()
    })

    const keyOf = async (actor: Actor, scopes: string[]) => {
      const person = { ...actor, sessionId: 'ses_test', confirmedAt: means.clock.now() }
      return (await createApiKey(means, { name: 'test', scopes }, person)).key
    }
    let staff: Actor | undefined
    const staffKey = async (scopes = ['*']) => {
      staff ??= { ...staffActor(), id: (await makeStaff(means)).user.id }
      return keyOf(staff, scopes)
    }
    const send = async (
      key: string,
      method: string,
      path: string,
      more: RequestInit = {},
    ): Promise<Answer> => {
      const headers = { Authorization: `Bearer ${key}`, ...(more.headers as Record<string, string>) }
      const response = await fetch(`${web.address}/api/v1${path}`, { method, ...more, headers })
      const text = await response.text()
      return {
        status: response.status,
        headers: response.headers,
        body: JSON.parse(text || '{}') as Answer['body'],
      }
    }
    const json = (body: object, headers: Record<string, string> = {}): RequestInit => ({
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', ...headers },
    })

    test('no key, an unknown one and one without the scope are refused as problems', async () => {
      const unknown = await send('berth_nobody', 'GET', '/invoices')
      assert.equal(unknown.status, 401)
      assert.equal(unknown.headers.get('www-authenticate'), 'Bearer')
      assert.equal(unknown.headers.get('content-type'), 'application/problem+json')
      const narrow = await send(await staffKey(['client.list']), 'GET', '/invoices')
      assert.equal(narrow.status, 403)
      assert.deepEqual(Object.keys(narrow.body), ['type', 'title', 'status', 'code', 'detail', 'request_id'])
      assert.equal(narrow.body.code, 'actor.forbidden')
      const key = await staffKey()
      const missing = await send(key, 'GET', `/invoices/${means.newId('inv')}`)
      assert.deepEqual([missing.status, missing.body.code], [404, 'record.not_found'])
      const wrong = await send(key, 'GET', '/invoices?limit=1000')
      assert.deepEqual([wrong.status, Object.keys(wrong.body.fields as object)], [422, ['limit']])
      assert.equal((await send(key, 'GET', '/nothing')).status, 404)
      assert.equal(
        (await send(key, 'POST', `/invoices/${means.newId('inv')}/void`, { body: 'x' })).status,
        415,
      )
    })

    test('pages of a list follow one another without gaps, and answers keep what the document promises', async () => {
      const key = await staffKey()
      const client = await makeClient(means, { brand_id: buyer.brand.id })
      const made: string[] = []
      for (let n = 0; n < 5; n++)
        made.push((await issue(means, draft(client, { amounts: [100n + BigInt(n)] }))).id)
      const seen: string[] = []
      let after = ''
      do {
        const page = await send(key, 'GET', `/invoices?client_id=${client.id}&limit=2${after}`)
        assertShape('ListedInvoice', page.body.items!)
        seen.push(...page.body.items!.map(({ id }) => id))
        after = page.body.next ? `&after=${page.body.next}` : ''
      } while (after)
      assert.deepEqual(seen, made.toReversed())

      const one = await send(key, 'GET', `/invoices/${made[0]}`)
      assertShape('Invoice', [one.body])
      assert.deepEqual(one.body.total, { minor: '119', currency: 'EUR' })
      assert.equal(one.body.state, 'issued')
      assert.equal(one.body.accounting_tax, null)
      assert.deepEqual(one.body.taxes, [
        {
          ...{ name: 'VAT', rate_ppm: 190_000, level: 1, compound: false },
          ...{ base: { minor: '100', currency: 'EUR' }, tax: { minor: '19', currency: 'EUR' } },
        },
      ])
      assertShape('Client', (await send(key, 'GET', '/clients')).body.items!)
      assertShape('Preview', [(await send(key, 'GET', '/billing/preview?days=30')).body])
      for (const list of ['/payments', '/services', '/orders', `/products?brand_id=${buyer.brand.id}`])
        assert.deepEqual((await send(key, 'GET', list)).status, 200)
    })

    test('a document in another currency tells its tax in that of its seller, with the rate', async () => {
      await means.db.run(
        sql`update sellers set accounting_currency = 'EUR' where id = ${buyer.brand.seller_id}`,
      )
      const valid_on = means.business.today('UTC')
      const rate = { base: 'EUR', currency: 'USD', rate: '1.25' }
      await enterRate(means, { ...rate, valid_on }, staffActor())
      const client = await makeClient(means, { brand_id: buyer.brand.id, currency: 'USD' })
      const { id } = await issue(means, draft(client, { amounts: [1_000n] }))
      const { body } = await send(await staffKey(), 'GET', `/invoices/${id}`)
      assertShape('Invoice', [body])
      assert.deepEqual(body.accounting_tax, {
        ...{ net: { minor: '800', currency: 'EUR' }, tax: { minor: '152', currency: 'EUR' } },
        ...{ rate: '1.25', rate_base: 'EUR', rate_currency: 'USD', rate_on: valid_on, rate_source: 'manual' },
      })
    })

    test('the same key does it once and answers the same; another request with it is refused', async () => {
      const key = await staffKey()
      const invoice = await issue(means, draft(buyer.client))
      const path = `/invoices/${invoice.id}/payments`
      const wish = { amount_minor: '1190', reference: `bank ${invoice.id}` }
      const once = { 'Idempotency-Key': `pay ${invoice.id}` }
      const [first, second] = await Promise.all([
        send(key, 'POST', path, json(wish, once)),
        send(key, 'POST', path, json(wish, once)),
      ])
      assert.equal(first.status, 201)
      assertShape('Payment', [first.body])
      assert.deepEqual(second.body, first.body)
      const other = await send(key, 'POST', path, json({ ...wish, amount_minor: '5' }, once))
      assert.deepEqual([other.status, other.body.code], [409, 'request.key_reused'])
      const again = await send(key, 'POST', path, json(wish))
      assert.deepEqual([again.status, again.body.code], [409, 'payment.already_booked'])
      const booked = await means.db.all(
        sql`select id from payments where invoice_id = ${invoice.id} and status = 'succeeded'`,
      )
      assert.equal(booked.length, 1)

      const refund = await send(
        key,
        'POST',
        `/payments/${first.body.id as string}/refunds`,
        json({
          amount_minor: '190',
          destination: 'credit',
          reason: 'agreed',
        }),
      )
      assert.equal(refund.status, 201)
      assertShape('Refund', [refund.body])
      const voided = await issue(means, draft(buyer.client))
      const answer = await send(key, 'POST', `/invoices/${voided.id}/void`, json({ reason: 'a test' }))
      assert.deepEqual([answer.status, answer.body.status], [200, 'void'])
    })

    test('a body that is too deep, forged or no JSON is the error of whoever sent it', async () => {
      const key = await staffKey()
      const path = `/invoices/${means.newId('inv')}/void`
      const headers = { 'Content-Type': 'application/json' }
      const deep = `{"reason":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
      for (const body of [deep, '{"reason":"x","__proto__":{"a":1}}', '{"reason":'])
        assert.equal((await send(key, 'POST', path, { body, headers })).status, 400, body.slice(0, 40))
      const unkept = await send(key, 'POST', path, json({ reason: 'a\0b' }))
      assert.deepEqual([unkept.status, unkept.body.fields], [422, { reason: 'has the character U+0000' }])
    })

    test("a client's key reaches its own invoices only, and what staff do is refused", async () => {
      const user = await makeUser(means, { realm_id: buyer.brand.realm_id })
      await makeMembership(means, { client_id: buyer.client.id, user_id: user.id })
      const grant = { clientId: buyer.client.id, serviceId: null, rights: ['*'] }
      const actor: Actor = {
        kind: 'client',
        id: user.id,
        name: 'Ada',
        permissions: [],
        brandIds: [],
        grants: [grant],
      }
      const key = await keyOf(actor, ['invoice.*'])
      const stranger = await makeClient(means, { brand_id: buyer.brand.id })
      const [own, foreign] = [await issue(means, draft(buyer.client)), await issue(means, draft(stranger))]
      assert.equal((await send(key, 'GET', `/invoices/${own.id}`)).status, 200)
      assert.equal((await send(key, 'GET', `/invoices/${foreign.id}`)).status, 404)
      assert.equal((await send(key, 'POST', `/invoices/${own.id}/void`, json({ reason: 'x' }))).status, 403)
      assert.equal((await send(key, 'GET', '/clients')).status, 403)
      const ids = (await send(key, 'GET', '/invoices?limit=100')).body.items!.map(({ id }) => id)
      assert.ok(ids.includes(own.id) && !ids.includes(foreign.id))
    })

    test('too many requests are told when it works again', async () => {
      const statuses = new Set<number>()
      let last: Answer | undefined
      for (let n = 0; n < 70; n++) statuses.add((last = await send('berth_guess', 'GET', '/invoices')).status)
      assert.deepEqual([...statuses], [401, 429])
      assert.match(last!.headers.get('retry-after')!, /^\d+$/)
      means.clock.advance(61_000)
      assert.equal((await send('berth_guess', 'GET', '/invoices')).status, 401)
    })
  })
}

test('the document names every operation once, with summary, security and answers', () => {
  const document = openApi('http://shop.example')
  const ids: string[] = []
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const operation of Object.values(operations)) {
      ids.push(operation.operationId)
      assert.ok(operation.summary.length > 5, operation.operationId)
      assert.deepEqual(operation.security, [{ key: [] }])
      assert.deepEqual(operation.tags.length, 1)
      assert.ok(['200', '201', '204'].some((status) => status in operation.responses))
      for (const status of ['401', '429']) assert.ok(status in operation.responses, operation.operationId)
      const isOpen = operation.operationId === 'getCaller'
      assert.equal('403' in operation.responses, !isOpen, operation.operationId)
      assert.equal(operation.description === 'Needs no scope.', isOpen, operation.operationId)
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      assert.deepEqual(
        operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name),
        inPath,
      )
      if (inPath.length > 0) assert.ok('404' in operation.responses, operation.operationId)
    }
  }
  assert.equal(new Set(ids).size, ids.length)
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)]
  assert.deepEqual(
    references.map(([, name]) => name).filter((name) => !(name! in document.components.schemas)),
    [],
  )
})

const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addSchema({ $id: 'berth', ...openApi('http://shop.example') })

/** Every answer is held to its schema, and may hold nothing that the schema does not name. */
function assertShape(name: string, values: readonly object[]): void {
  assert.ok(values.length > 0)
  const validate = ajv.getSchema(`berth#/components/schemas/${name}`)!
  const known = Object.keys((openApi('').components.schemas[name] as { properties: object }).properties)
  for (const value of values) {
    assert.ok(validate(value), JSON.stringify(validate.errors))
    assert.deepEqual(
      Object.keys(value).filter((key) => !known.includes(key)),
      [],
    )
  }
}
