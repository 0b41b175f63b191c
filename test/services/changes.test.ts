import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import type { DraftInvoice } from '../../core/billing/index.ts'
import { list, sql } from '../../core/db/index.ts'
import type { StoredEvent } from '../../core/events/index.ts'
import { cycle } from '../../core/kernel/index.ts'
import {
  cancelChange,
  dropStaleChanges,
  previewChange,
  requestChange,
  serviceConsumers,
  type ChangeMeans,
  type CreditRefund,
  type Offer,
  type OfferRequest,
} from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { monthlyFrom, openShop, owner, seed, staff, system, type Shop } from './fixture.ts'

const prices: Record<string, bigint> = { prd_small: 1_000n, prd_big: 2_500n }

function offerOf({ productId, cycle: of, quantity, options }: OfferRequest): Offer {
  const ram = options.find((option) => option.optionId === 'opt_ram')?.quantity ?? 0
  const amountMinor = prices[productId]! * (of === '1y' ? 10n : 1n) * BigInt(quantity)
  const option = {
    optionId: 'opt_ram',
    valueId: null,
    quantity: ram,
    value: String(ram),
    label: `${ram} GB`,
    amountMinor: BigInt(ram) * 100n,
    setting: 'memory',
    moduleValue: null,
    priceId: 'prc_ram',
  }
  return {
    productId,
    name: productId,
    taxClass: 'standard',
    cycle: of,
    quantity,
    priceId: `prc_${productId}`,
    amountMinor,
    recurringMinor: amountMinor + option.amountMinor,
    instanceId: productId === 'prd_other' ? 'plg_z' : 'plg_a',
    moduleSettings: { memory: 1024, plan: productId },
    options: ram > 0 ? [option] : [],
  }
}

for (const engine of engines) {
  describe(`changes of a running service on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    let shop: Shop
    let means: ChangeMeans
    let drafts: DraftInvoice[]
    let credits: DraftInvoice[]
    let voided: string[]
    let refunds: CreditRefund[]
    beforeEach(() => {
      shop = openShop(db)
      shop.means.business.set('2026-01-30T10:00:00.000Z')
      drafts = []
      credits = []
      voided = []
      refunds = []
      means = {
        ...shop.means,
        changes: {
          price: (_queries, request) => Promise.resolve(offerOf(request)),
          issueInvoice: (_means, _trx, draft) => {
            drafts.push(draft)
            const totalMinor = draft.lines.reduce((total, line) => total + line.amountMinor, 0n)
            return Promise.resolve({ id: `inv_${draft.originId}`, number: 'A-1', totalMinor })
          },
          voidInvoice: (_means, _trx, id) => Promise.resolve(voided.push(id)),
          giveCredit: (_means, _trx, draft) => {
            credits.push(draft)
            const totalMinor = draft.lines.reduce((total, line) => total + line.amountMinor, 0n)
            return Promise.resolve({ id: `cn_${draft.originId}`, totalMinor, promotionalMinor: 0n })
          },
          added: () => Promise.resolve([]),
          sums: (_means, _queries, draft) => {
            const totalMinor = draft.lines.reduce((sum, line) => sum + line.amountMinor, 0n)
            return Promise.resolve({
              subtotalMinor: totalMinor,
              taxMinor: 0n,
              totalMinor,
              promotionalMinor: 0n,
            })
          },
          lockCharged: () => Promise.resolve(),
          settleFromCredit: () => Promise.resolve(),
          refundCredit: (_means, _trx, wish) => Promise.resolve(void refunds.push(wish)),
          planRefund: () => Promise.resolve(null),
          refundServices: () => Promise.resolve({ sentMinor: 0n, creditMinor: 0n }),
        },
      }
    })

    const paid = async (invoiceId: string, ids: string[]) => {
      const event = {
        id: `evt_${invoiceId}`,
        type: 'invoice.paid',
        subject: invoiceId,
        body: { service_ids: ids },
      }
      for (const consumer of serviceConsumers(shop.means))
        if (consumer.types.includes('invoice.paid'))
          await db.transaction((trx) => consumer.handle(trx, event as unknown as StoredEvent))
      await shop.work()
    }
    const running = async (over = {}) => {
      const id = await shop.sell(over)
      await paid(`inv_of_${id}`, [id])
      shop.plugins.calls.length = 0
      return id
    }
    const amounts = (draft: DraftInvoice | undefined) => draft?.lines.map((line) => line.amountMinor)

    test('shows credit, charge and sum without changing anything', async () => {
      const id = await running()
      const { plan, offer } = await previewChange(means, { service_id: id, product_id: 'prd_big' }, owner())
      // 16 of 31 days are left of 15 January to 15 February.
      assert.deepEqual([plan.creditMinor, plan.chargeMinor, plan.totalMinor], [-516n, 1_290n, 774n])
      assert.equal(offer.recurringMinor, 2_500n)
      assert.equal((await shop.service(id)).product_id, 'prd_small')
      assert.deepEqual(drafts, [])
      const stranger = previewChange(means, { service_id: id, product_id: 'prd_big' }, owner('cli_b'))
      await assert.rejects(stranger, { code: 'record.not_found' })
    })

    const policy = (key: string, value: string | number) =>
      db.insert('settings', [
        {
          ...{ key, value: JSON.stringify(value), scope: 'product', scope_id: 'prd_big', version: 1 },
          ...{ updated_by: 'test', updated_at: shop.means.business.now() },
        },
      ])
    const big = () => running({ productId: 'prd_big', amountMinor: 2_500n, recurringMinor: 2_500n })

    test('the value that a cheaper plan leaves over is kept, credited or refunded, as its product says', async () => {
      const down = async () => {
        const id = await big()
        const wish = { service_id: id, product_id: 'prd_small' }
        return { id, change: await requestChange(means, wish, owner()), row: await shop.service(id) }
      }
      const credited = await down()
      assert.deepEqual([credits.length, refunds.length, credited.row.product_id], [1, 0, 'prd_small'])
      await policy('services.unused_on_downgrade', 'refund')
      const refunded = await down()
      assert.deepEqual([credits.length, refunds.length], [2, 1])
      assert.deepEqual(refunds[0], {
        noteId: `cn_${refunded.change.id}`,
        mostMinor: 774n,
        serviceIds: [refunded.id],
        reason: 'Unused time after a change',
        once: refunded.change.id,
      })
      await db.run(sql`update settings set value = '"none"' where key = 'services.unused_on_downgrade'`)
      const kept = await down()
      assert.deepEqual([credits.length, refunds.length, kept.row.product_id], [2, 1, 'prd_small'])
      const row = await db.get<{ amount_minor: bigint; status: string }>(
        sql`select amount_minor, status from service_changes where id = ${kept.change.id}`,
      )
      assert.deepEqual({ ...row }, { amount_minor: 0n, status: 'applied' })
      await db.run(sql`delete from settings`)
    })

    test('more units cost their share, and fewer give it back', async () => {
      const id = await running()
      const more = await requestChange(means, { service_id: id, quantity: 3 }, owner())
      assert.deepEqual(amounts(drafts[0]), [-516n, 1_548n])
      await paid(more.invoiceId!, [id])
      const row = await shop.service(id)
      assert.deepEqual([row.quantity, row.amount_minor, row.recurring_minor], [3, 3_000n, 3_000n])
      await requestChange(means, { service_id: id, quantity: 1 }, owner())
      assert.deepEqual(amounts(credits[0]), [-1_548n, 516n])
      assert.equal((await shop.service(id)).quantity, 1)
      const none = requestChange(means, { service_id: id, quantity: 0 }, owner())
      await assert.rejects(none, { code: 'input.invalid' })
    })

    test('do not bring more of a product than a client may have', async () => {
      const id = await running()
      const other = await big()
      const units = async (product: string) => {
        const row = await db.get<{ n: number }>(sql`
          select coalesce(sum(quantity), 0) as n from services
          where product_id = ${product} and client_id = 'cli_a' and billing_status <> 'ended'`)
        return Number(row!.n)
      }
      const refused = (wish: object) =>
        assert.rejects(requestChange(means, { service_id: id, ...wish }, owner()), {
          code: 'service.units_limited',
        })
      await policy('services.units_per_client', await units('prd_big'))
      await refused({ product_id: 'prd_big' })
      await db.run(sql`update settings set value = ${String((await units('prd_big')) + 1)}`)
      const change = await requestChange(means, { service_id: id, product_id: 'prd_big' }, owner())
      assert.equal(change.status, 'pending')
      const beside = requestChange(means, { service_id: other, quantity: 2 }, owner())
      await assert.rejects(beside, { code: 'service.units_limited' }, 'the one that waits has the last place')
      await db.run(
        sql`update settings set scope_id = 'prd_small', value = ${String(await units('prd_small'))}`,
      )
      await refused({ quantity: 2 })
      await requestChange(means, { service_id: id, cycle: '1y' }, owner())
      await db.run(sql`delete from settings`)
    })

    test('by the second, the price of the hour is taken too', async () => {
      const id = await big()
      await policy('services.proration', 'second')
      shop.means.business.set('2026-01-30T12:00:00.000Z')
      const { plan } = await previewChange(means, { service_id: id, product_id: 'prd_small' }, owner())
      // 15.5 of 31 days are left: half of each price.
      assert.deepEqual([plan.creditMinor, plan.chargeMinor], [-1_250n, 500n])
      await db.run(sql`delete from settings`)
    })

    test('what costs something waits for its invoice, then changes price and server', async () => {
      const id = await running()
      const change = await requestChange(means, { service_id: id, product_id: 'prd_big' }, owner())
      assert.deepEqual({ ...change, id: '' }, { id: '', status: 'pending', invoiceId: `inv_${change.id}` })
      assert.deepEqual(amounts(drafts[0]), [-516n, 1_290n])
      assert.deepEqual(
        drafts[0]!.lines.map((line) => [
          line.kind,
          line.cause,
          line.sourceId,
          line.periodStart,
          line.periodEnd,
        ]),
        [
          ['change', `${change.id}:credit`, id, '2026-01-30', '2026-02-15'],
          ['change', `${change.id}:charge`, id, '2026-01-30', '2026-02-15'],
        ],
      )
      assert.equal(drafts[0]!.lines[0]!.trace.refers_to, `${id} 2026-01-15`)
      assert.equal((await shop.service(id)).product_id, 'prd_small')
      await paid(change.invoiceId!, [id])
      const row = await shop.service(id)
      assert.deepEqual(
        [
          row.product_id,
          row.recurring_minor,
          row.price_id,
          row.next_period_on,
          row.delivery_status,
          row.change_due,
        ],
        ['prd_big', 2_500n, 'prc_prd_big', '2026-02-15', 'live', 0],
      )
      assert.equal(shop.plugins.log(), 'change')
      assert.deepEqual(shop.plugins.calls[0]!.input.service.settings, { memory: 1024, plan: 'prd_big' })
      assert.equal((await shop.events('service.changed')).length > 0, true)
    })

    test('there and back on the same day costs nothing', async () => {
      const id = await running()
      const there = await requestChange(means, { service_id: id, product_id: 'prd_big' }, owner())
      await paid(there.invoiceId!, [id])
      const back = await requestChange(means, { service_id: id, product_id: 'prd_small' }, owner())
      assert.deepEqual([back.status, back.invoiceId], ['applied', null])
      const sum = [...drafts, ...credits]
        .flatMap((draft) => draft.lines)
        .reduce((total, line) => total + line.amountMinor, 0n)
      assert.equal(sum, 0n)
      assert.deepEqual(amounts(credits[0]), [-1_290n, 516n])
    })

    test('less is applied at once and gives credit; nothing gives nothing', async () => {
      const id = await running({ productId: 'prd_big', amountMinor: 2_500n, recurringMinor: 2_500n })
      const down = await requestChange(means, { service_id: id, product_id: 'prd_small' }, owner())
      assert.equal(down.status, 'applied')
      assert.deepEqual(amounts(credits[0]), [-1_290n, 516n])
      const same = await requestChange(means, { service_id: id, product_id: 'prd_small' }, owner())
      assert.equal(same.status, 'applied')
      assert.equal(credits.length, 1)
      assert.equal(drafts.length, 0)
    })

    test('options change alike and reach the server as numbers', async () => {
      const id = await running()
      const wish = { service_id: id, options: [{ option_id: 'opt_ram', quantity: 4096 }] }
      const change = await requestChange(means, wish, staff)
      await paid(change.invoiceId!, [id])
      const options = await db.all(
        sql`select quantity, amount_minor from service_options where service_id = ${id}`,
      )
      assert.deepEqual(
        options.map((row) => ({ ...row })),
        [{ quantity: 4096, amount_minor: 409_600n }],
      )
      assert.deepEqual(shop.plugins.calls[0]!.input.service.settings, { memory: 4096, plan: 'prd_small' })
    })

    test('a change that waits is replaced by the next, and can be taken back', async () => {
      const id = await running()
      const first = await requestChange(means, { service_id: id, product_id: 'prd_big' }, owner())
      const second = await requestChange(
        means,
        { service_id: id, options: [{ option_id: 'opt_ram', quantity: 2 }] },
        owner(),
      )
      assert.deepEqual(voided, [first.invoiceId])
      await assert.rejects(cancelChange(means, { change_id: first.id }, owner()), { code: 'state.illegal' })
      await assert.rejects(cancelChange(means, { change_id: second.id }, owner('cli_b')), {
        code: 'record.not_found',
      })
      await cancelChange(means, { change_id: second.id }, owner())
      assert.deepEqual(voided, [first.invoiceId, second.invoiceId])
      await paid(second.invoiceId!, [id])
      assert.equal((await shop.service(id)).recurring_minor, 1_000n)
    })

    test('a change left unpaid until the next period is charged is taken back', async () => {
      const id = await running()
      const change = await requestChange(means, { service_id: id, product_id: 'prd_big' }, owner())
      assert.equal(await dropStaleChanges(means, system), 0)
      await db.run(sql`update services set charged_through = '2026-03-15', period_index = 2 where id = ${id}`)
      assert.equal(await dropStaleChanges(means, system), 1)
      assert.deepEqual(voided, [change.invoiceId])
    })

    test('one that cannot be taken back leaves the others to the daily step', async () => {
      const ids = [await running(), await running(), await running()]
      const changes: { id: string; invoiceId: string | null }[] = []
      for (const service_id of ids)
        changes.push(await requestChange(means, { service_id, product_id: 'prd_big' }, owner()))
      await db.run(
        sql`update services set charged_through = '2026-03-15', period_index = 2 where id in (${list(ids)})`,
      )
      const { voidInvoice } = means.changes
      const failing: ChangeMeans = {
        ...means,
        changes: {
          ...means.changes,
          voidInvoice: (of, trx, id, actor) => {
            if (id === changes[0]!.invoiceId) throw new Error('It is locked')
            return voidInvoice(of, trx, id, actor)
          },
        },
      }
      assert.equal(await dropStaleChanges(failing, system), 2)
      assert.deepEqual(voided, [changes[1]!.invoiceId, changes[2]!.invoiceId])
      const noted = await db.all<{ subject: string; reason: string }>(
        sql`select subject, reason from audit where action = 'service_change.cancel_failed'`,
      )
      assert.deepEqual(
        noted.map((row) => ({ ...row })),
        [{ subject: changes[0]!.id, reason: 'It is locked' }],
      )
      assert.equal(await dropStaleChanges(means, system), 1)
    })

    test('a renewal charged ahead is changed whole', async () => {
      const id = await running(monthlyFrom('2026-01-15', '2026-03-15', 2))
      const { plan } = await previewChange(means, { service_id: id, product_id: 'prd_big' }, owner())
      assert.deepEqual(
        plan.lines.map((line) => [line.periodStart, line.amountMinor]),
        [
          ['2026-01-30', -516n],
          ['2026-02-15', -1_000n],
          ['2026-01-30', 1_290n],
          ['2026-02-15', 2_500n],
        ],
      )
    })

    test('another cycle credits the rest and begins a period today', async () => {
      const id = await running()
      const change = await requestChange(means, { service_id: id, cycle: '1y' }, owner())
      assert.deepEqual(amounts(drafts[0]), [-516n, 10_000n])
      await paid(change.invoiceId!, [id])
      const row = await shop.service(id)
      assert.deepEqual(
        [row.cycle, row.anchor_on, row.period_index, row.next_period_on],
        ['1y', '2026-01-30', 1, '2027-01-30'],
      )
      const once = requestChange(means, { service_id: id, cycle: 'once' }, owner())
      await assert.rejects(once, { code: 'service_change.not_possible' })
    })

    test('a service that is not active does not change', async () => {
      const id = await shop.sell({ cycle: cycle('1m') })
      const early = requestChange(means, { service_id: id, product_id: 'prd_big' }, owner())
      await assert.rejects(early, { code: 'service_change.not_possible' })
    })
  })
}
