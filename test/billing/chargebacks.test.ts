import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import {
  bookDispute,
  clientCredit,
  getInvoice,
  recordPayment,
  refundPayment,
  verifyBooks,
  type Payments,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

for (const engine of engines)
  describe(`chargebacks (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const staff = staffActor()
    const gateway = await makeGateway(means)
    const using = (): Payments => ({ ...means, plugins: scriptedGateway([]) })
    let brand: Awaited<ReturnType<typeof makeBuyer>>['brand']
    let client: Awaited<ReturnType<typeof makeBuyer>>['client']
    let references = 0
    beforeEach(async () => {
      ;({ brand, client } = await makeBuyer(means))
    })
    const invoice = async (net: bigint) => (await issue(means, draft(client, { amounts: [net] }))).id
    const left = async () => {
      const { grants, paidMinor } = await clientCredit(db, client.id, 'EUR')
      return [grants.map(({ leftMinor }) => leftMinor), paidMinor]
    }
    const clean = async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])

    describe('a payment that the bank takes back', () => {
      const disputed = async (status: 'open' | 'won' | 'lost', paymentReference: string) =>
        db.transaction((trx) =>
          bookDispute(
            means,
            trx,
            {
              instanceId: gateway.id,
              fact: {
                ...{ fact: 'dispute', reference: `dp_${paymentReference}`, status, reason: 'fraudulent' },
                ...{ payment_reference: paymentReference, amount: { minor: '1190', currency: 'EUR' } },
              },
            },
            actor,
          ),
        )
      const pay = async (minor = '1190') => {
        const id = await invoice(1_000n)
        const reference = `CARD-${++references}`
        const payment = await recordPayment(
          using(),
          { invoice_id: id, instance_id: gateway.id, amount_minor: minor, reference },
          staff,
        )
        return { id, reference, payment }
      }
      const status = async (id: string) => (await getInvoice(db, id, actor)).status

      test('won, and heard so before it was opened: both movements stand in the books, once', async () => {
        const { id, reference, payment } = await pay()
        for (const status of ['won', 'open', 'open', 'won'] as const) await disputed(status, reference)
        const moved = await db.all<{ kind: string; amount_minor: bigint }>(sql`
          select kind, amount_minor from transactions where payment_id = ${payment.id} and kind <> 'payment' order by id`)
        assert.deepEqual(moved, [
          { kind: 'dispute', amount_minor: -1_190n },
          { kind: 'dispute_returned', amount_minor: 1_190n },
        ])
        assert.equal(await status(id), 'paid')
        const kept = await db.get<{ status: string }>(
          sql`select status from disputes where payment_id = ${payment.id}`,
        )
        assert.equal(kept!.status, 'won')
        await clean()
      })

      test('lost: its document is owed again since its own day, and no refund goes out beside it', async () => {
        const { id, reference, payment } = await pay()
        await disputed('open', reference)
        assert.equal(await status(id), 'paid', 'while it is undecided nobody pays twice')
        await assert.rejects(
          refundPayment(
            using(),
            { payment_id: payment.id, amount_minor: '1', destination: 'credit', reason: 'x' },
            staff,
          ),
          { code: 'refund.too_large' },
        )
        await disputed('lost', reference)
        await disputed('lost', reference)
        const invoice = await getInvoice(db, id, actor)
        assert.deepEqual(
          [invoice.status, invoice.allocated_minor, invoice.due_on],
          ['issued', 0n, '2026-01-20'],
        )
        await clean()
      })

      test('open at once where a brand wants that; won, it is paid again, or credit when somebody paid meanwhile', async () => {
        await db.insert('settings', [
          {
            ...{ scope: 'brand', scope_id: brand.id, key: 'billing.dispute_reopens', value: 'true' },
            ...{ updated_by: 'usr_staff', updated_at: means.business.now() },
          },
        ])
        const [one, two] = [await pay(), await pay()]
        for (const { reference } of [one, two]) await disputed('open', reference)
        assert.deepEqual([await status(one.id), await status(two.id)], ['issued', 'issued'])
        const reference = `AGAIN-${++references}`
        await recordPayment(using(), { invoice_id: two.id, amount_minor: '1190', reference }, staff)
        for (const { reference: won } of [one, two]) await disputed('won', won)
        assert.deepEqual([await status(one.id), await status(two.id)], ['paid', 'paid'])
        assert.deepEqual(await left(), [[], 1_190n])
        const sums = await db.get<{ total_minor: bigint }>(sql`
          select coalesce(sum(amount_minor), 0) as total_minor from postings where account = 'disputes' and journal_id in
            (select id from journals where source_id in (select id from disputes where client_id = ${client.id}))`)
        assert.equal(sums?.total_minor, 0n)
        await db.run(sql`delete from settings where key = 'billing.dispute_reopens'`)
        await clean()
      })

      test('what it had brought as credit is taken as far as it is there; the rest is our loss', async () => {
        const { id, reference } = await pay('1500')
        assert.deepEqual(await left(), [[], 310n])
        await db.transaction((trx) =>
          bookDispute(
            means,
            trx,
            {
              instanceId: gateway.id,
              fact: {
                ...{ fact: 'dispute', reference: `dp_${reference}`, status: 'lost', reason: 'fraudulent' },
                ...{ payment_reference: reference, amount: { minor: '1600', currency: 'EUR' } },
              },
            },
            actor,
          ),
        )
        assert.deepEqual([await status(id), await left()], ['issued', [[], 0n]])
        await clean()
      })
    })
  })
