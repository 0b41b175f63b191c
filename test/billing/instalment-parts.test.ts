import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  agreeInstalments,
  findInstalments,
  recordPayment,
  reversePayment,
  verifyBooks,
  type InvoiceRow,
  type Payments,
} from '../../core/billing/index.ts'
import { oweAgain } from '../../core/billing/dunning/owe-again.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { draft, issue, makeBuyer, scriptedGateway } from './support.ts'

/** 1,190.00 in three parts: of 396.67, 396.67 and 396.66. */
const PART = 39_667n
const TOTAL = 119_000n

for (const engine of engines)
  describe(`parts of a plan that are paid are told (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-10T06:00:00.000Z' })
    const payments: Payments = { ...means, plugins: scriptedGateway([]) }
    const staff = staffActor()
    let transfers = 0

    const planned = async () => {
      means.business.set('2026-01-10T06:00:00.000Z')
      const { client } = await makeBuyer(means)
      const { id } = await issue(means, draft(client, { amounts: [100_000n] }))
      const plan = await agreeInstalments(
        means,
        { invoice_id: id, parts: 3, first_on: '2026-01-20', every: '1m' },
        staff,
      )
      const read = async () => (await db.get<InvoiceRow>(sql`select * from invoices where id = ${id}`))!
      const pay = (amount: bigint) =>
        recordPayment(
          payments,
          { invoice_id: id, amount_minor: amount.toString(), reference: `P-${++transfers}` },
          staff,
        )
      const takeBack = (paymentId: string) =>
        db.transaction((trx) => reversePayment(means, trx, { paymentId, reason: 'Wrong' }, staff))
      const comeBack = async (on: string) => {
        means.business.set(`${on}T06:00:00.000Z`)
        const returned = { invoice: await read(), on: isoDate(on), isRetried: false }
        await db.transaction((trx) => oweAgain(means, trx, returned, staff))
      }
      /** Of each part that was told of: which, and how many were paid. */
      const told = async () => {
        const rows = await db.all<{ body: string }>(
          sql`select body from events where subject = ${plan.id} and type = 'instalment_plan.part_paid' order by id`,
        )
        return rows.map(({ body }) => {
          const { part, paid, invoice_id, id: of } = JSON.parse(body) as Record<string, unknown>
          assert.deepEqual([invoice_id, of], [id, plan.id])
          return [part, paid]
        })
      }
      const clean = async () => {
        assert.deepEqual(await verifyBooks(db, means.business.today('UTC')), [])
        return (await findInstalments(db, id))!.plan.status
      }
      return { read, pay, takeBack, comeBack, told, clean }
    }

    test('also late, after a return on a later day than that of the next part', async () => {
      const { read, pay, comeBack, told, clean } = await planned()
      await comeBack('2026-02-25')
      await pay(PART)
      assert.equal((await read()).owed_on, '2026-02-25')
      assert.deepEqual(await told(), [[1, 1]])
      await pay(PART)
      assert.equal((await read()).owed_on, '2026-03-20')
      assert.deepEqual(await told(), [
        [1, 1],
        [2, 2],
      ])
      assert.equal(await clean(), 'active')
    })

    test('once each, when several are paid at once and when one is paid in pieces', async () => {
      const { pay, told, clean } = await planned()
      await pay(10_000n)
      assert.deepEqual(await told(), [])
      await pay(2n * PART - 10_000n + 5n)
      const both = [
        [1, 2],
        [2, 2],
      ]
      assert.deepEqual(await told(), both)
      await pay(5n)
      assert.deepEqual(await told(), both)
      assert.equal(await clean(), 'active')
    })

    test('again when money of them was taken back and they are paid anew, and no other', async () => {
      const { pay, takeBack, told, clean } = await planned()
      await pay(PART)
      const second = await pay(PART)
      await takeBack(second.id)
      const before = [
        [1, 1],
        [2, 2],
      ]
      assert.deepEqual(await told(), before)
      await pay(PART - 1n)
      assert.deepEqual(await told(), before)
      await pay(1n)
      assert.deepEqual(await told(), [...before, [2, 2]])
      assert.equal(await clean(), 'active')
    })

    test('by the document when it is paid with them, and not when money of the last part is taken back', async () => {
      const { read, pay, takeBack, told, clean } = await planned()
      await pay(10_000n)
      const rest = await pay(TOTAL - 10_000n)
      assert.equal(await clean(), 'kept')
      await takeBack(rest.id)
      assert.deepEqual([await told(), (await read()).status, await clean()], [[], 'issued', 'active'])
      await pay(2n * PART - 10_000n)
      const last = await pay(TOTAL - 2n * PART)
      assert.equal(await clean(), 'kept')
      const both = [
        [1, 2],
        [2, 2],
      ]
      await takeBack(last.id)
      assert.equal(await clean(), 'active')
      await pay(TOTAL - 2n * PART)
      assert.deepEqual(await told(), both)
      assert.equal(await clean(), 'kept')
    })
  })
