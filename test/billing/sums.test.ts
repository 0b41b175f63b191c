import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  depositLimits,
  listRowsLacking,
  offerFor,
  overrideSetting,
  previewBilling,
  sumIn,
} from '../../core/billing/index.ts'
import { billDay } from '../../core/billing/run/bill.ts'
import { refuseOutside } from '../../core/billing/payments/start-deposit.ts'
import { instalmentOffer } from '../../core/billing/settings.ts'
import { sumProblems } from '../../core/billing/sums.ts'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { up } from '../../migrations/0059_sums_by_currency.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { draft, issue, makeBuyer } from './support.ts'

const fee = { kind: 'fixed', grace_days: 5, every_days: 0, times: 1, tax_class: 'none' }

describe('a sum by currency', () => {
  test('is read in the scale of its currency, and none where it has no row or nothing', () => {
    const sums = { EUR: '5', IDR: '50000', KWD: '1.234', CHF: '0,50', USD: '0.00' }
    const read = ['EUR', 'IDR', 'KWD', 'CHF', 'USD', 'JPY'].map((currency) => sumIn(sums, currency))
    assert.deepEqual(read, [500n, 5_000_000n, 1_234n, 50n, null, null])
    assert.equal(sumIn(undefined, 'EUR'), null)
  })

  test('is refused by currency, and says why', () => {
    assert.equal(sumProblems({ EUR: '5,55', JPY: '500', KWD: '0.005' }), null)
    assert.deepEqual(sumProblems({ EUR: '5.555', JPY: '0.5', XXX: '1', USD: '-1', GBP: '1e3', CHF: '7' }), {
      EUR: 'takes no more than 2 decimals in EUR',
      JPY: 'takes no more than 0 decimals in JPY',
      XXX: 'names XXX, which is no currency of ISO 4217',
      USD: 'needs a sum in USD such as 5 or 12.50, not "-1"',
      GBP: 'needs a sum in GBP such as 5 or 12.50, not "1e3"',
    })
  })
})

for (const engine of engines) {
  describe(`a brand of two currencies (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T06:00:00.000Z' })
    const staff = staffActor()
    const { brand } = await makeBuyer(means)
    const set = (key: string, value: unknown) =>
      overrideSetting(means, { key, scope: 'brand', scope_id: brand.id, value }, staff)
    const debtIn = async (currency: string) => {
      const client = await makeClient(means, { brand_id: brand.id, currency })
      return { client, invoice: await issue(means, draft(client, { amounts: [10_000n] })) }
    }

    test('charges each its own late fee, in the run as in the preview, and none without one', async () => {
      await set('billing.late_fee', { ...fee, amount: { EUR: '5', IDR: '50000' } })
      const debts = [await debtIn('EUR'), await debtIn('IDR'), await debtIn('USD')]
      const fees = debts.map(({ client }, i) => [client.id, [500n, 5_000_000n][i] ?? null] as const)
      const deps = billingDeps(means)
      const ahead = (await previewBilling(means, deps, { days: 30 })).lateFees
      const sumOf = (id: string) => ahead.find(({ clientId }) => clientId === id)?.netMinor ?? null
      assert.deepEqual(
        fees.map(([id]) => [id, sumOf(id)]),
        fees,
      )
      means.business.set('2026-01-25T06:00:00.000Z')
      await billDay(deps, isoDate('2026-01-25'))
      const charged = await db.all<{ client_id: string; total_minor: bigint }>(
        sql`select client_id, total_minor from invoices where origin = 'late_fee' order by id`,
      )
      assert.deepEqual(
        charged.map((row) => [row.client_id, row.total_minor]),
        fees.slice(0, 2),
      )
    })

    test('takes deposits within the bounds of their currency', async () => {
      const within = (currency: string, amountMinor: bigint) =>
        refuseOutside(means, { brandId: brand.id, currency, amountMinor })
      const code = 'payment.amount_out_of_range'
      await assert.rejects(within('EUR', 499n), {
        code,
        params: { minimum: '5.00 EUR', maximum: '1000.00 EUR' },
      })
      await within('IDR', 500_000_000n)
      await assert.rejects(within('IDR', 0n), { code, message: 'The amount must be at least 0.01 IDR.' })
      await set('billing.deposit_minimum', { EUR: '5', IDR: '50000' })
      await set('billing.deposit_maximum', { IDR: '20000000' })
      const limits = await depositLimits(means, brand.id, 'IDR')
      assert.deepEqual([limits.minimum.minor, limits.maximum?.minor], [5_000_000n, 2_000_000_000n])
      assert.equal((await depositLimits(means, brand.id, 'EUR')).maximum, null)
    })

    test('offers instalments from a sum on where it names one', async () => {
      await set('billing.instalment_offer', { ...instalmentOffer.preset, minimum: { IDR: '100' } })
      const offers = async (currency: string) => {
        const { invoice } = await debtIn(currency)
        return [9_999n, 10_000n].map((openMinor) => offerFor(db, { invoice, openMinor }))
      }
      const taken = async (currency: string) =>
        (await Promise.all(await offers(currency))).map((offer) => offer !== null)
      assert.deepEqual(
        [await taken('IDR'), await taken('EUR')],
        [
          [false, true],
          [false, false],
        ],
      )
    })

    test('is told of the currencies that it forgot, and not where it said none', async () => {
      await db.run(sql`update brands set currencies = '["EUR","IDR","USD"]' where id = ${brand.id}`)
      const lacking = async () => (await listRowsLacking(db)).map(({ key, currencies }) => [key, currencies])
      assert.deepEqual(await lacking(), [
        ['billing.deposit_maximum', ['EUR', 'USD']],
        ['billing.deposit_minimum', ['USD']],
        ['billing.instalment_offer', ['EUR', 'USD']],
        ['billing.late_fee', ['USD']],
      ])
      await set('billing.late_fee', { ...fee, amount: { EUR: '5', IDR: '50000', USD: '0' } })
      await set('billing.instalment_offer', instalmentOffer.preset)
      await set('billing.deposit_minimum', {})
      await set('billing.deposit_maximum', {})
      assert.deepEqual(await lacking(), [])
    })
  })

  describe(`one number for all currencies (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)

    test('goes on in the currency that it was meant for', async () => {
      const { brand } = await makeBuyer(means)
      const yen = await makeBuyer(means, { currency: 'JPY' })
      await db.run(
        sql`update brands set currency = 'JPY', currencies = '["JPY","USD"]' where id = ${yen.brand.id}`,
      )
      const dollars = await makeClient(means, { brand_id: brand.id, currency: 'USD' })
      const old = { kind: 'fixed', amount: '2.50', percent: '1', minimum: '', maximum: '7', grace_days: 5 }
      const at = '2026-01-01T00:00:00.000Z'
      const rows: [scope: string, id: string, key: string, value: unknown][] = [
        ['installation', '', 'billing.invoice_minimum', 12],
        ['installation', '', 'billing.credit_limit', 0],
        ['installation', '', 'billing.deposit_minimum', 10],
        ['brand', brand.id, 'billing.late_fee', old],
        ['brand', yen.brand.id, 'billing.late_fee', { ...old, maximum: '0' }],
        ['brand', brand.id, 'billing.instalment_offer', { minimum: 100, parts: 3 }],
        ['client', dollars.id, 'billing.credit_limit', 200],
      ]
      for (const [scope, scope_id, key, value] of rows)
        await db.run(sql`
          insert into settings (scope, scope_id, key, value, updated_by, updated_at)
          values (${scope}, ${scope_id}, ${key}, ${JSON.stringify(value)}, 'system', ${at})`)
      await db.transaction(up)
      const kept = await db.all<{ scope: string; key: string; value: string }>(
        sql`select scope, key, value from settings order by scope, key, scope_id`,
      )
      const amount = { amount: { EUR: '2.50' }, minimum: {}, maximum: { EUR: '7' } }
      assert.deepEqual(
        kept.map(({ scope, key, value }) => [scope, key.replace('billing.', ''), JSON.parse(value)]),
        [
          ['brand', 'instalment_offer', { minimum: { EUR: '100' }, parts: 3 }],
          ['brand', 'late_fee', { ...old, ...amount }],
          ['brand', 'late_fee', { ...old, kind: 'none', amount: { JPY: '2.50' }, minimum: {}, maximum: {} }],
          ['client', 'credit_limit', { USD: '200' }],
          ['installation', 'credit_limit', {}],
          // Five yen to a thousand was what held in a shop of yen.
          ['installation', 'deposit_maximum', { EUR: '1000', JPY: '1000' }],
          ['installation', 'deposit_minimum', { EUR: '10', JPY: '10' }],
          ['installation', 'invoice_minimum', { EUR: '12', JPY: '12' }],
        ],
      )
    })
  })
}
