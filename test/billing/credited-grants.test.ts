import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  clientCredit,
  creditInvoice,
  expireCredit,
  getInvoice,
  grantCredit,
  issueCreditNote,
  overrideSetting,
  recordPayment,
  refundPayment,
  takeBackInvoice,
  verifyBooks,
  writeOffInvoice,
  type Payments,
} from '../../core/billing/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const staff = staffActor()
const today = isoDate('2026-01-15')

/** A document of 100.00 without tax, in whole units: what paid it, what was credited, and where that is then. */
interface Row {
  why: string
  /** Given to the client as promotional credit; that with "late" is given after the document, and not used on it. */
  promo?: number
  late?: number
  /** What the client had paid in as credit, which is used after what was given. */
  paidIn?: number
  money?: number
  credited: number[]
  /** What is open of the document, what the client has as paid credit, and what is left of the promotional. */
  then: [open: number, paid: number, promo: number]
}

const table: Row[] = [
  { why: 'paid by money: all of it is credit that was paid', money: 100, credited: [100], then: [0, 100, 0] },
  {
    why: 'paid by what was given: it is given again, no cash',
    promo: 100,
    credited: [100],
    then: [0, 0, 100],
  },
  { why: 'a part of that', promo: 100, credited: [30], then: [0, 0, 30] },
  { why: 'the last money comes back first', promo: 40, money: 60, credited: [50], then: [0, 50, 0] },
  { why: 'and what was given beyond it', promo: 40, money: 60, credited: [50, 30], then: [0, 60, 20] },
  { why: 'all of both, whatever the steps', promo: 40, money: 60, credited: [10, 80, 10], then: [0, 60, 40] },
  { why: 'credit that was paid in is money', promo: 40, paidIn: 60, credited: [100], then: [0, 60, 40] },
  { why: 'open: the note pays it by itself', late: 50, credited: [100], then: [0, 0, 50] },
  { why: 'open in part: first what is open', promo: 40, credited: [70], then: [0, 0, 50 - 40] },
  { why: 'open in part, all of it', promo: 40, credited: [100], then: [0, 0, 40] },
  { why: 'a part of what is open', promo: 40, credited: [20], then: [40, 0, 0] },
  { why: 'a part, and credit of later pays more of it', late: 50, credited: [30], then: [20, 0, 0] },
  { why: 'money, gifts and something open', promo: 30, money: 50, credited: [60], then: [0, 40, 0] },
  { why: 'the same to the end', promo: 30, money: 50, credited: [60, 40], then: [0, 50, 30] },
]

for (const engine of engines)
  describe(`credit notes over what promotional credit has paid (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const payments: Payments = { ...means, plugins: scriptedGateway([]) }
    const gateway = await makeGateway(means)
    let count = 0

    const minor = (units: number) => String(units * 100)
    const give = (client_id: string, units: number, more: object = {}) =>
      grantCredit(
        means,
        { client_id, amount_minor: minor(units), origin: 'promotional', reason: 'Spring', ...more },
        staff,
      )
    const pay = (invoice_id: string, units: number) => {
      const money = { instance_id: gateway.id, amount_minor: minor(units), reference: `CARD-${++count}` }
      return recordPayment(payments, { invoice_id, ...money }, staff)
    }
    const credit = (invoice_id: string, units: number) => {
      const lines = [{ position: 1, amount_minor: minor(units) }]
      return creditInvoice(means, { invoice_id, lines, reason: 'Asked for' }, staff)
    }
    /** In the order of their ids. */
    const standing = async (clientId: string) => {
      const { grants, paidMinor } = await clientCredit(db, clientId, 'EUR')
      return { paid: Number(paidMinor) / 100, grants: grants.map(({ leftMinor }) => Number(leftMinor) / 100) }
    }
    const openOf = async (id: string) => {
      const { total_minor, allocated_minor } = await getInvoice(db, id, actor)
      return Number(total_minor - allocated_minor) / 100
    }
    /** A client whose documents bear no tax. */
    const buyer = async () => (await makeBuyer(means, { country: 'US' })).client
    const bill = (client: Awaited<ReturnType<typeof buyer>>) =>
      issue(means, draft(client, { amounts: [10_000n] }))

    for (const { why, promo, late, paidIn, money, credited, then } of table)
      test(why, async () => {
        const client = await buyer()
        if (promo) await give(client.id, promo)
        if (paidIn)
          await db.transaction((trx) =>
            issueCreditNote(means, trx, draft(client, { amounts: [-BigInt(minor(paidIn))] }), actor),
          )
        const { id, total_minor } = await bill(client)
        assert.equal(total_minor, 10_000n)
        if (money) await pay(id, money)
        if (late) await give(client.id, late)
        for (const units of credited) await credit(id, units)
        const { paid, grants } = await standing(client.id)
        const left = grants.reduce((sum, units) => sum + units, 0)
        assert.deepEqual([await openOf(id), paid, left], then)
        assert.deepEqual(await verifyBooks(db, today), [])
      })

    test('the grant that was used last gets it first, and keeps its end', async () => {
      const client = await buyer()
      await give(client.id, 60, { expires_on: '2026-01-20' })
      await give(client.id, 60)
      const { id } = await bill(client)
      assert.deepEqual(await standing(client.id), { paid: 0, grants: [20] })
      await credit(id, 30)
      assert.deepEqual(await standing(client.id), { paid: 0, grants: [50] })
      await credit(id, 70)
      assert.deepEqual(await standing(client.id), { paid: 0, grants: [60, 60] })
      await expireCredit(means, { on: isoDate('2026-01-20'), brandIds: [client.brand_id] }, actor)
      assert.deepEqual(await standing(client.id), { paid: 0, grants: [60] })
      assert.deepEqual(await verifyBooks(db, today), [])
    })

    test('a refund with a credit note pays out the money and no more', async () => {
      const client = await buyer()
      await give(client.id, 40)
      const { id } = await bill(client)
      const { id: payment_id } = await pay(id, 60)
      const refund = (units: number) =>
        refundPayment(
          payments,
          {
            ...{ payment_id, amount_minor: minor(units), destination: 'recorded', reason: 'Returned' },
            credit_note: { lines: [{ position: 1, amount_minor: minor(units) }] },
          },
          staff,
        )
      await refund(50)
      await assert.rejects(refund(20), { code: 'refund.too_large' })
      await refund(10)
      await credit(id, 40)
      assert.deepEqual(await standing(client.id), { paid: 0, grants: [40] })
      assert.deepEqual(await verifyBooks(db, today), [])
    })

    test('what the client keeps its credit from is paid by the note alone', async () => {
      const client = await buyer()
      const of = { key: 'billing.use_credit', scope: 'client', scope_id: client.id, value: false }
      await overrideSetting(means, of, staff)
      await give(client.id, 50)
      const { id } = await bill(client)
      await credit(id, 30)
      assert.deepEqual([await openOf(id), (await standing(client.id)).grants], [70, [50]])
      assert.deepEqual(await verifyBooks(db, today), [])
    })

    test('a claim that was given up gives back what was given, and its loss is none', async () => {
      const client = await buyer()
      await give(client.id, 40)
      const { id } = await bill(client)
      await writeOffInvoice(means, { invoice_id: id, reason: 'Gone' }, staff)
      await db.transaction((trx) =>
        takeBackInvoice(means, trx, { invoiceId: id, reason: 'It fell through' }, actor),
      )
      assert.deepEqual(await standing(client.id), { paid: 0, grants: [40] })
      assert.equal((await getInvoice(db, id, actor)).status, 'paid')
      assert.deepEqual(await verifyBooks(db, today), [])
    })
  })
