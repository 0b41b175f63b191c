import assert from 'node:assert/strict'
import { test } from 'node:test'
import { charge, eur, narrowed, openShop, saveCard, type TestShop } from './open-shop.ts'

const DAYS = { from: '2026-11-01', until: '2026-12-01' }
const WAY = { from: DAYS.from, until: DAYS.until }

async function charged(shop: TestShop, id: string): Promise<string> {
  const saved = await saveCard(shop)
  const order = charge(saved, { payment_id: id, idempotency_key: `${id}:1` })
  return narrowed(await shop.gateway.charge_method(order), 'succeeded').reference
}

test('every movement of the balance is told with what it was and what Stripe kept', async (t) => {
  const shop = await openShop(t)
  const { control } = shop.stripe
  const reference = await charged(shop, 'pay_1')
  const refund = {
    refund_id: 'ref_1',
    idempotency_key: 'ref_1:1',
    reference,
    amount: eur('900'),
    reason: 'x',
  }
  const back = await shop.gateway.refund(refund)
  const dispute = control.dispute({ charge: control.state().charges[0]!.id })
  control.takeFee({ amount: 250, currency: 'eur', description: 'Radar' })
  const { fees } = await shop.gateway.fee_report(DAYS)
  const on = '2026-11-21'
  assert.deepEqual(
    fees.map(({ reference: _, ...told }) => told),
    [
      { kind: 'fee', fee: eur('0'), on, amount: eur('-250'), of: fees[0]!.of },
      { kind: 'dispute', fee: eur('0'), on, amount: eur('-4000'), of: dispute.id },
      {
        kind: 'refund',
        fee: eur('0'),
        on,
        amount: eur('-900'),
        of: 'reference' in back ? back.reference : '',
      },
      { kind: 'payment', fee: eur('172'), on, amount: eur('4900'), of: reference },
    ],
  )
  assert.equal(new Set(fees.map((one) => one.reference)).size, 4)
  assert.deepEqual((await shop.gateway.fee_report({ from: '2026-11-22', until: '2026-11-23' })).fees, [])
})

test('what Stripe changes into another currency is told in both, with the rate', async (t) => {
  const shop = await openShop(t)
  shop.stripe.control.settleIn({ from: 'eur', to: 'chf', rate: 0.95 })
  const reference = await charged(shop, 'pay_1')
  const chf = (minor: string) => ({ minor, currency: 'CHF' })
  const { fees } = await shop.gateway.fee_report(DAYS)
  assert.deepEqual(fees, [
    {
      ...{ reference: fees[0]!.reference, kind: 'payment', fee: chf('165'), on: '2026-11-21', of: reference },
      ...{ amount: chf('4655'), charged: eur('4900'), exchange_rate: '0.95' },
    },
  ])
  const { balances } = await shop.gateway.balances()
  assert.ok(balances.some(({ kind, amount }) => kind === 'available' && amount.minor === '4490'))
})

test('a payout is told with its movements, again when it arrives and when it comes back', async (t) => {
  const shop = await openShop(t)
  const { control } = shop.stripe
  const references = [await charged(shop, 'pay_1'), await charged(shop, 'pay_2')]
  const first = control.payOut({ currency: 'eur' })
  control.settlePayout({ payout: first.id, status: 'paid' })
  await charged(shop, 'pay_3')
  const second = control.payOut({ currency: 'eur' })
  const newest = await shop.gateway.list_payouts(WAY)
  assert.deepEqual(
    newest.payouts.map(({ reference, status, amount, itemised }) => ({
      reference,
      status,
      amount,
      itemised,
    })),
    [{ reference: second.id, status: 'in_transit', amount: eur('4728'), itemised: true }],
  )
  const older = await shop.gateway.list_payouts({ ...WAY, cursor: newest.cursor! })
  assert.equal(older.cursor, undefined)
  const [told] = older.payouts
  assert.deepEqual([told?.status, told?.amount, told?.fee], ['paid', eur('9456'), eur('0')])
  assert.deepEqual(told?.items?.map(({ of }) => of).sort(), references.sort())
  assert.equal(
    told?.items?.reduce((sum, { amount, fee }) => sum + BigInt(amount!.minor) - BigInt(fee.minor), 0n),
    9_456n,
  )
  control.settlePayout({ payout: second.id, status: 'failed' })
  assert.equal((await shop.gateway.list_payouts(WAY)).payouts[0]?.status, 'failed')
  // Payouts are no movements of their own: they would be counted twice.
  assert.equal((await shop.gateway.fee_report(DAYS)).fees.length, 3)
})

test('a payout of more movements than one call reads comes in several answers', async (t) => {
  const shop = await openShop(t)
  const { control } = shop.stripe
  await charged(shop, 'pay_1')
  for (let i = 0; i < 1_000; i++) control.takeFee({ amount: 1, currency: 'eur', description: `Fee ${i}` })
  control.payOut({ currency: 'eur' })
  const seen = new Set<string>()
  let cursor: string | undefined
  const parts: boolean[] = []
  do {
    const page = await shop.gateway.list_payouts({ ...WAY, ...(cursor === undefined ? {} : { cursor }) })
    for (const { reference } of page.payouts[0]!.items!) seen.add(reference)
    parts.push(page.payouts[0]!.itemised!)
    cursor = page.cursor
  } while (cursor !== undefined)
  assert.deepEqual([seen.size, parts], [1_001, [false, true]])
})

test('details of a payment say where staff see it, and nothing of one that is not there', async (t) => {
  const shop = await openShop(t)
  const reference = await charged(shop, 'pay_1')
  const found = await shop.gateway.fetch_transaction({ reference })
  assert.equal(found.outcome, 'found')
  if (found.outcome !== 'found') return
  assert.deepEqual(
    [found.amount, found.fee, found.status, found.url],
    [eur('4900'), eur('172'), 'succeeded', `https://dashboard.stripe.com/test/payments/${reference}`],
  )
  assert.ok(found.facts.some(({ label, value }) => label === 'Card' && value === 'visa 4242'))
  assert.deepEqual(await shop.gateway.fetch_transaction({ reference: 'pi_none' }), { outcome: 'absent' })
})
