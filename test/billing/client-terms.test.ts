import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import {
  billDay,
  changeText,
  createText,
  creditStanding,
  getInvoice,
  overrideSetting,
  paysLater,
  retireText,
  verifyBooks,
} from '../../core/billing/index.ts'
import { changeClientSwitches } from '../../core/clients/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { closeIdleClients, closeIdleAfter } from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeServices } from './make-services.ts'
import { draft, issue, makeBuyer } from './support.ts'

for (const engine of engines)
  describe(`terms of a client (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T06:00:00.000Z' })
    const staff = staffActor()
    const { brand } = await makeBuyer(means)
    const own = (key: string, scope_id: string, value: unknown, scope = 'client') =>
      overrideSetting(means, { key, scope, scope_id, value }, staff)
    const clean = async () => assert.deepEqual(await verifyBooks(db, means.business.today('UTC')), [])

    test('give days to pay from the issue on, unless staff say the day themselves', async () => {
      const client = await makeClient(means, { brand_id: brand.id })
      await own('billing.payment_days', client.id, 30)
      const now = means.business.now()
      const group = means.newId('cgr')
      await db.insert('client_groups', [
        { id: group, brand_id: brand.id, name: 'Resellers', version: 1, created_at: now, updated_at: now },
      ])
      const grouped = await makeClient(means, { brand_id: brand.id })
      await db.run(
        sql`update clients set client_group_id = ${group} where id in (${grouped.id}, ${client.id})`,
      )
      await own('billing.payment_days', group, 45, 'client_group')
      const byGroup = await issue(means, draft(grouped, { origin: 'order', originId: 'ord_0' }))
      assert.equal(byGroup.due_on, '2026-03-01')
      const order = await issue(means, draft(client, { origin: 'order', originId: 'ord_1' }))
      const manual = await issue(means, draft(client))
      assert.deepEqual([order.due_on, manual.due_on], ['2026-02-14', '2026-01-20'])
      await makeServices(means, brand, { clients: 1, perClient: 1, nextPeriodOn: '2026-01-20' })
      const one = (await db.get<{ id: string }>(sql`select id from clients where name = 'Client 0'`))!
      await own('billing.payment_days', one.id, 14)
      await billDay(billingDeps(means), isoDate('2026-01-15'))
      const renewal = await db.get(sql`select due_on from invoices where client_id = ${one.id}`)
      assert.deepEqual({ ...renewal }, { due_on: '2026-01-29' })
      await clean()
    })

    test('let it owe up to a limit, which is its ledger and no memory', async () => {
      const client = await makeClient(means, { brand_id: brand.id })
      assert.equal(await paysLater(db, client), false)
      await own('billing.credit_limit', client.id, { EUR: '20' })
      assert.equal(await paysLater(db, client), true)
      const abroad = { ...client, currency: 'IDR' }
      assert.equal((await creditStanding(db, abroad)).limitMinor, 0n, 'twenty euros are no rupiah')
      await issue(means, draft(client))
      assert.deepEqual(await creditStanding(db, client), { limitMinor: 2_000n, owedMinor: 1_190n })
      assert.equal(await paysLater(db, client), true)
      await issue(means, draft(client, { amounts: [681n] }))
      assert.equal((await creditStanding(db, client)).owedMinor, 2_000n)
      assert.equal(await paysLater(db, client), true)
      await issue(means, draft(client, { amounts: [1n] }))
      assert.equal(await paysLater(db, client), false)
    })

    test('spare it notices of what is overdue, not the reminder before', async () => {
      const [told, spared] = [
        await makeClient(means, { brand_id: brand.id }),
        await makeClient(means, { brand_id: brand.id }),
      ]
      await changeClientSwitches(means, { client_id: spared.id, overdue_notices: false }, staff)
      for (const client of [told, spared]) await issue(means, draft(client))
      for (const on of ['2026-01-17', '2026-01-21', '2026-01-23']) {
        means.business.set(`${on}T06:00:00.000Z`)
        await billDay(billingDeps(means), isoDate(on))
      }
      const steps = async (id: string) =>
        (
          await db.all<{ step: string }>(
            sql`select step from reminders where client_id = ${id} order by step`,
          )
        ).map((row) => row.step)
      assert.deepEqual(await steps(told.id), ['before_3', 'overdue_1', 'overdue_2'])
      assert.deepEqual(await steps(spared.id), ['before_3'])
    })

    test('close it when it has had nothing for long, unless its switch says no', async () => {
      means.business.set('2026-02-01T06:00:00.000Z')
      const [idle, kept, owing] = [
        await makeClient(means, { brand_id: brand.id }),
        await makeClient(means, { brand_id: brand.id }),
        await makeClient(means, { brand_id: brand.id }),
      ]
      await changeClientSwitches(means, { client_id: kept.id, auto_close: false }, staff)
      await issue(means, draft(owing))
      means.business.set('2026-06-01T06:00:00.000Z')
      const fresh = await makeClient(means, { brand_id: brand.id })
      assert.equal(await closeIdleClients(means), 0)
      await own(closeIdleAfter.key, brand.id, 90, 'brand')
      await closeIdleClients(means)
      const status = async (id: string) =>
        (await db.get<{ status: string }>(sql`select status from clients where id = ${id}`))!.status
      const states = []
      for (const { id } of [idle, kept, owing, fresh]) states.push(await status(id))
      assert.deepEqual(states, ['closed', 'active', 'active', 'active'])
      assert.equal(await closeIdleClients(means), 0)
    })
  })

for (const engine of engines)
  describe(`texts of documents (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T06:00:00.000Z' })
    const staff = staffActor()
    const { brand, client } = await makeBuyer(means)
    const text = (body: string, over: object = {}) => ({
      ...{ brand_id: brand.id, name: body, kind: 'any', country: null, situation: 'any', locale: null },
      ...{ body, position: 1, ...over },
    })

    test('stand on documents that they fit, in their order, and stay as they were issued', async () => {
      const thanks = await createText(means, text('Thank you', { position: 2, kind: 'invoice' }), staff)
      await createText(means, text('Danke', { locale: 'de' }), staff)
      await createText(means, text('Taxed here', { situation: 'taxed', position: 1 }), staff)
      await createText(means, text('No tax', { situation: 'untaxed' }), staff)
      await createText(means, text('Exempt', { situation: 'exempt' }), staff)
      await createText(means, text('Pour la France', { country: 'FR' }), staff)
      const first = await issue(means, draft(client, { notes: 'By hand' }))
      assert.equal(first.notes, 'By hand\n\nTaxed here\n\nThank you')
      const french = await makeClient(means, { brand_id: brand.id, country: 'FR' })
      assert.equal((await issue(means, draft(french))).notes, 'No tax\n\nPour la France\n\nThank you')
      const exempt = await makeClient(means, { brand_id: brand.id, tax_exempt: 1 })
      assert.equal((await issue(means, draft(exempt))).notes, 'Exempt\n\nThank you')
      const fields = text('Thanks a lot', { position: 2, kind: 'invoice' })
      const { brand_id: _brand, ...changed } = fields
      await changeText(means, { text_id: thanks, ...changed }, staff)
      assert.equal((await issue(means, draft(client))).notes, 'Taxed here\n\nThanks a lot')
      await retireText(means, { text_id: thanks }, staff)
      assert.equal((await issue(means, draft(client))).notes, 'Taxed here')
      assert.equal((await getInvoice(db, first.id, staff)).notes, 'By hand\n\nTaxed here\n\nThank you')
      await assert.rejects(retireText(means, { text_id: thanks }, staff), { code: 'document_text.retired' })
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
    })

    test('are for staff of the brand alone', async () => {
      await assert.rejects(createText(means, text('x'), clientActor(client.id)), { code: 'actor.forbidden' })
      await assert.rejects(createText(means, text('x', { country: 'Germany' }), staff), {
        code: 'input.invalid',
      })
      const stranger = { ...staffActor(), brandIds: ['brd_other'] }
      await assert.rejects(createText(means, text('x'), stranger), { code: 'record.not_found' })
    })
  })
