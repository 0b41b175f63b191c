import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import {
  billDay,
  getInvoice,
  linkedDocuments,
  mergeInvoices,
  splitInvoice,
  startPayment,
  verifyBooks,
  type InvoiceRow,
  type Payments,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeServices } from './make-services.ts'
import { draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const today = isoDate('2026-01-15')

for (const engine of engines)
  describe(`documents merged and split (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T06:00:00.000Z' })
    const staff = staffActor()
    const { brand, client } = await makeBuyer(means)
    const clean = async () => assert.deepEqual(await verifyBooks(db, today), [])
    const merge = (rows: readonly InvoiceRow[], over: object = {}) =>
      mergeInvoices(means, { invoice_ids: rows.map(({ id }) => id), reason: 'One payment', ...over }, staff)
    const split = (row: InvoiceRow, positions: number[]) =>
      splitInvoice(means, { invoice_id: row.id, positions, reason: 'Two payers' }, staff)
    const statusOf = async (id: string) =>
      (await db.get<{ status: string }>(sql`select status from invoices where id = ${id}`))!.status

    test('become one with their charges, numbers without gaps, and links both ways', async () => {
      await makeServices(means, brand, { clients: 1, perClient: 2, nextPeriodOn: '2026-01-20' })
      await db.run(sql`update clients set separate_invoices = 1 where name = 'Client 0'`)
      await billDay(billingDeps(means), today)
      const old = await db.all<InvoiceRow>(sql`select * from invoices where origin = 'renewal' order by id`)
      assert.equal(old.length, 2)
      const merged = await merge(old)
      assert.deepEqual(
        [merged.subtotal_minor, merged.due_on, merged.origin, merged.status],
        [1_198n, '2026-01-20', 'merged', 'issued'],
      )
      assert.deepEqual([await statusOf(old[0]!.id), await statusOf(old[1]!.id)], ['void', 'void'])
      const live = await db.all<{ n: number }>(sql`
        select count(*) as n from charges c join invoice_lines l on l.live_charge_id = c.id where l.invoice_id = ${merged.id}`)
      assert.equal(live[0]!.n, 2)
      assert.equal(
        (await db.all(sql`select id from charges where client_id = ${merged.client_id}`)).length,
        2,
      )
      assert.deepEqual(
        (await linkedDocuments(db, merged.id)).map((one) => [one.id, one.kind, one.direction]),
        old.map((row) => [row.id, 'merged', 'before']),
      )
      assert.deepEqual(
        (await linkedDocuments(db, old[0]!.id)).map((one) => [one.id, one.direction]),
        [[merged.id, 'after']],
      )
      await billDay(billingDeps(means), today)
      assert.equal(
        (await db.all(sql`select id from charges where client_id = ${merged.client_id}`)).length,
        2,
      )
      await clean()
    })

    test('become two: the lines named and the rest, and one again', async () => {
      const invoice = await issue(means, draft(client, { amounts: [1_000n, 2_000n, 350n] }))
      const [named, rest] = await split(invoice, [2])
      assert.deepEqual([named!.subtotal_minor, rest!.subtotal_minor], [2_000n, 1_350n])
      assert.equal(await statusOf(invoice.id), 'void')
      const back = await merge([named!, rest!], { due_on: '2026-02-01' })
      assert.deepEqual([back.subtotal_minor, back.due_on], [3_350n, '2026-02-01'])
      await clean()
    })

    test('keep the notices that were sent', async () => {
      const [one, two] = [await issue(means, draft(client)), await issue(means, draft(client))]
      await db.insert('reminders', [
        { document_id: one!.id, step: 'overdue_1', client_id: client.id, sent_at: means.business.now() },
        { document_id: two!.id, step: 'overdue_1', client_id: client.id, sent_at: means.business.now() },
      ])
      const merged = await merge([one!, two!])
      assert.deepEqual(await db.all(sql`select step from reminders where document_id = ${merged.id}`), [
        { step: 'overdue_1' },
      ])
      await clean()
    })

    test('lose no net sum and no charge, whatever is merged and split', () =>
      fc
        .assert(
          fc.asyncProperty(
            fc.array(fc.array(fc.bigInt(1n, 99_999n), { minLength: 1, maxLength: 4 }), {
              minLength: 2,
              maxLength: 4,
            }),
            fc.integer({ min: 1, max: 100 }),
            async (documents, at) => {
              const own = await makeClient(means, { brand_id: brand.id })
              const rows = []
              for (const amounts of documents) rows.push(await issue(means, draft(own, { amounts })))
              const whole = documents.flat()
              const merged = await merge(rows)
              const position = (at % whole.length) + 1
              const parts = whole.length > 1 ? await split(merged, [position]) : [merged]
              const net = parts.reduce((sum, row) => sum + row.subtotal_minor, 0n)
              assert.equal(
                net,
                whole.reduce((sum, one) => sum + one, 0n),
              )
              const charges = await db.get<{ all: number; live: number }>(sql`
              select count(*) as "all", count(l.id) as live from charges c left join invoice_lines l on l.live_charge_id = c.id where c.client_id = ${own.id}`)
              assert.deepEqual({ ...charges }, { all: whole.length, live: whole.length })
            },
          ),
          { numRuns: 12 },
        )
        .then(clean))

    test('are refused where something hangs on them, and nothing is half-written', async () => {
      const gateway = await makeGateway(means)
      const paying = await issue(means, draft(client))
      const payments: Payments = {
        ...means,
        plugins: scriptedGateway([{ outcome: 'pending', reference: 'cs_1' }]),
      }
      const urls = { return_url: 'http://x.example/r', cancel_url: 'http://x.example/c' }
      await startPayment(
        payments,
        { invoice_id: paying.id, instance_id: gateway.id, ...urls },
        clientActor(client.id),
      )
      const other = await issue(means, draft(client))
      const ordered = await issue(means, draft(client, { origin: 'order', originId: 'ord_1' }))
      const stranger = await makeClient(means, { brand_id: brand.id })
      const foreign = await issue(means, draft(stranger))
      const before = await db.all(sql`select id, status, version from invoices order by id`)
      await assert.rejects(merge([paying, other]), { code: 'invoice.not_regroupable' })
      await assert.rejects(merge([other, ordered]), { code: 'invoice.not_regroupable' })
      await assert.rejects(merge([other, foreign]), { code: 'input.invalid' })
      await assert.rejects(merge([other, { id: 'inv_none' } as InvoiceRow]), { code: 'record.not_found' })
      await assert.rejects(split(other, [1]), { code: 'input.invalid' })
      await assert.rejects(split(other, [2]), { code: 'input.invalid' })
      const owner = clientActor(client.id)
      const wish = { invoice_ids: [other.id, paying.id], reason: 'x' }
      await assert.rejects(mergeInvoices(means, wish, owner), { code: 'actor.forbidden' })
      assert.deepEqual(await db.all(sql`select id, status, version from invoices order by id`), before)
      assert.equal((await getInvoice(db, other.id, staff)).lines[0]!.live_charge_id !== null, true)
      await clean()
    })
  })
