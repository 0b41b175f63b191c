import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { orderDeps } from '../../core/app/wire/orders-area.ts'
import { clientCredit, takeBackInvoice, verifyBooks } from '../../core/billing/index.ts'
import { sql, type Db } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { markFraud, rejectOrder } from '../../core/orders/index.ts'
import { openPlayer } from '../model/engine.ts'
import { PLAIN, type ModelShop } from '../model/history.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'

const staff = staffActor()
const shop: ModelShop = {
  ...{ currency: 'EUR', inclusive: false, cashStep: 0, leadDays: 14, suspendAfter: 60, terminateAfter: 90 },
  ...{ separate: false, unused: 'credit' },
  plans: [
    { ppm: 0, prices: { '1m': [3_000, 0, 0] } },
    { ppm: 0, prices: { '1m': [9_000, 0, 0] } },
  ],
  percent: { ppm: 100_000, cycles: 1 },
  fixed: { minor: 100, cycles: 1 },
  ...PLAIN,
}

for (const engine of engines)
  describe(`an order that falls through after a downgrade (${engine})`, () => {
    /** 90.00 for a month, half of which is over when 30.00 of it come back by a downgrade. */
    const downgraded = async (act: (of: Awaited<ReturnType<typeof open>>) => Promise<void>) => {
      const of = await open()
      try {
        await act(of)
        assert.deepEqual(await verifyBooks(of.db, isoDate('2026-04-20')), [])
      } finally {
        await of.remove()
      }
    }
    const open = async () => {
      const { db, remove } = await makeDatabase(engine)
      const player = await openPlayer(
        db,
        { startsOn: '2026-04-01', shop, steps: [] },
        { manner: 'calm', seed: 'x' },
      )
      await player.take({ do: 'order', plan: 1, cycle: '1m', memory: 1, units: 1, coupon: null })
      await player.take({ do: 'pay', which: 0, tenths: 10 })
      await player.take({ do: 'wait', days: 15 })
      await player.take({ do: 'change', which: 0, memory: null, plan: 0, cycle: null })
      const [order] = await db.all<{ id: string; invoice_id: string }>(sql`select id, invoice_id from orders`)
      assert.deepEqual(await totals(db), [9_000n, -3_000n])
      return { db, remove, player, order: order! }
    }
    const totals = async (db: Db) =>
      (await db.all<{ total_minor: bigint }>(sql`select total_minor from invoices order by id`)).map(
        (row) => row.total_minor,
      )
    const credit = async (db: Db, clientId: string) => (await clientCredit(db, clientId, 'EUR')).paidMinor

    test('gives back what the change had left, once', () =>
      downgraded(async ({ db, player, order }) => {
        const deps = orderDeps(player.house.means)
        await markFraud(deps, { order_id: order.id, reason: 'Stolen card' }, staff)
        await rejectOrder(deps, { order_id: order.id, reason: 'Fraud', refund: true }, staff)
        await player.house.workOff()
        const [, , ...notes] = await totals(db)
        const [refunds] = await db.all<{ minor: bigint | null }>(
          sql`select sum(amount_minor) as minor from refunds`,
        )
        const backMinor = -notes.reduce((sum, minor) => sum + minor, 0n)
        assert.equal(backMinor, 4_500n, 'the dearer half month that nobody gave back')
        assert.equal((await credit(db, player.clientId)) + (refunds!.minor ?? 0n), 3_000n + backMinor)
      }))

    test('is taken back no further either', () =>
      downgraded(async ({ db, player, order }) => {
        const act = { invoiceId: order.invoice_id, reason: 'Fallen away' }
        for (let i = 0; i < 2; i++)
          await db.transaction((trx) => takeBackInvoice(player.house.means, trx, act, staff))
        assert.deepEqual(await totals(db), [9_000n, -3_000n, -4_500n])
        assert.equal(await credit(db, player.clientId), 7_500n)
      }))
  })
