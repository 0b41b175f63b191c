import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { addTaxPreset, changeSeller } from '../../core/brands/index.ts'
import {
  changeDraft,
  computeTax,
  createDraft,
  creditInvoice,
  getInvoice,
  homeTaxes,
  issueDraft,
  mergeInvoices,
  previewTaxOf,
  roundingOf,
  taxesFor,
  owedSums,
  verifyBooks,
  type UntaxedPrice,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeBrand, makeClient, makeSeller, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { presetRules } from './preset-rules.ts'
import { actor, draft, issue } from './support.ts'

const on = isoDate('2026-01-15')
const GERMAN = { preset: 'eu', country: 'DE', region: null, currency: 'EUR' } as const
const INDIAN = { preset: 'india', country: 'IN', region: 'KA', currency: 'INR' } as const
const INDONESIAN = { preset: 'indonesia', country: 'ID', region: null, currency: 'IDR' } as const
const shops = { GERMAN, INDIAN, INDONESIAN }

interface Buyer {
  country: string
  business?: boolean
  exempt?: boolean
}

function owed(
  name: keyof typeof shops,
  buyer: Buyer,
  amounts: readonly bigint[],
  untaxedPrice: UntaxedPrice = 'net',
) {
  const { preset, currency, ...home } = shops[name]
  const rules = presetRules(preset, home)
  const place = { region: buyer.country === 'IN' ? 'KA' : null, exempt: false, ...buyer }
  const rounding = roundingOf(name === 'INDONESIAN' ? { taxRounding: 'line' } : {}, currency)
  const taxes = taxesFor(rules, place, 'standard', on)
  const stated = amounts.map((amountMinor) => ({ amountMinor, taxClass: 'standard', taxes }))
  const taxesOf = (taxClass: string) => homeTaxes(rules, home, taxClass, on)
  const sums = owedSums(stated, { untaxedPrice, taxesOf, rounding })
  return computeTax(
    sums.map((amountMinor) => ({ amountMinor, taxes })),
    true,
    rounding,
  )
}

/** Why, shop, buyer, what the shop states, and what the buyer pays as net and tax. */
const TABLE: readonly (readonly [string, keyof typeof shops, Buyer, bigint[], bigint, bigint])[] = [
  ['a consumer at home pays the price as it stands', 'GERMAN', { country: 'DE' }, [11_900n], 10_000n, 1_900n],
  ['a consumer in France too, at 20 %', 'GERMAN', { country: 'FR' }, [11_900n], 9_917n, 1_983n],
  [
    'reverse charge: less the 19 % of home',
    'GERMAN',
    { country: 'FR', business: true },
    [11_900n],
    10_000n,
    0n,
  ],
  ['export: the same', 'GERMAN', { country: 'US' }, [11_900n], 10_000n, 0n],
  ['exempt at home: the same', 'GERMAN', { country: 'DE', exempt: true }, [11_900n], 10_000n, 0n],
  ['a business at home owes tax', 'GERMAN', { country: 'DE', business: true }, [11_900n], 10_000n, 1_900n],
  // 3 × 0.99 = 2.97 at 19 %: 0.4742 → 0.47 once; each alone would be 0.83 × 3 = 2.49.
  ['lines are reduced together', 'GERMAN', { country: 'US' }, [99n, 99n, 99n], 250n, 0n],
  ['and what is taken off with them', 'GERMAN', { country: 'US' }, [11_900n, -1_190n], 9_000n, 0n],
  ['two taxes of home are both left out', 'INDIAN', { country: 'DE' }, [11_800n], 10_000n, 0n],
  // Rp 111 000 less 12 % of 11/12 of it.
  ['whole rupiah stay whole', 'INDONESIAN', { country: 'ID', exempt: true }, [11_100_000n], 10_000_000n, 0n],
]

describe('gross prices for those who owe no tax', () => {
  for (const [why, shop, buyer, amounts, net, tax] of TABLE)
    test(why, () => {
      const { netMinor, taxMinor } = owed(shop, buyer, amounts)
      assert.deepEqual([netMinor, taxMinor], [net, tax])
    })

  test('as it stands where the seller says so', () => {
    const { netMinor, taxMinor } = owed('GERMAN', { country: 'US' }, [11_900n], 'stated')
    assert.deepEqual([netMinor, taxMinor], [11_900n, 0n])
  })

  test('whatever the lines, they pay what a consumer at home pays net', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt(-50_000n, 100_000n), { minLength: 1, maxLength: 6 }), (amounts) => {
        const abroad = owed('GERMAN', { country: 'US' }, amounts)
        assert.equal(abroad.taxMinor, 0n)
        assert.equal(abroad.netMinor, owed('GERMAN', { country: 'DE' }, amounts).netMinor)
      }),
    )
  })
})

const notes = { reverse_charge: { en: 'R' }, abroad: { en: 'A' }, india_export: { en: 'L' } }

for (const engine of engines) {
  describe(`documents of gross prices without tax on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T10:00:00.000Z' })
    const staff = staffActor()
    const { id: seller_id } = await makeSeller(means, { country: 'DE' })
    await addTaxPreset(means, { seller_id, preset: 'eu', starts_on: '2020-01-01', oss: true, notes }, staff)
    const brand = await makeBrand(means, { seller_id, prices_include_tax: 1 })
    const sell = (untaxed_price: UntaxedPrice) =>
      changeSeller(means, { seller_id, set: { untaxed_price } }, staff)
    const client = () => makeClient(means, { brand_id: brand.id, country: 'US' })
    const buy = async (amounts: bigint[]) => {
      const { id } = await issue(means, draft(await client(), { amounts }))
      return getInvoice(db, id, actor)
    }

    test('a seller from before sells at the price as it stands until it says otherwise', async () => {
      assert.equal((await buy([11_900n])).total_minor, 11_900n)
      await sell('net')
      const invoice = await buy([11_900n, -1_190n])
      assert.deepEqual([invoice.subtotal_minor, invoice.tax_minor, invoice.total_minor], [9_000n, 0n, 9_000n])
      assert.deepEqual(
        invoice.lines.map(({ unit_minor, amount_minor, net_minor, tax_minor }) => [
          ...[unit_minor, amount_minor, net_minor, tax_minor],
        ]),
        [
          [10_000n, 10_000n, 10_000n, 0n],
          [-1_000n, -1_000n, -1_000n, 0n],
        ],
      )
      assert.equal(invoice.taxes[0]!.treatment, 'export')
    })

    test('the rules answer staff as the invoice does', async () => {
      const asked = {
        seller_id,
        country: 'US',
        buyer_kind: 'consumer',
        tax_class: 'standard',
        on: '2026-01-15',
      }
      const of = { ...asked, currency: 'EUR', amount_minor: '11900' }
      assert.equal((await previewTaxOf(means, { ...of, inclusive: true }, staff)).netMinor, 10_000n)
      assert.equal((await previewTaxOf(means, { ...of, inclusive: false }, staff)).netMinor, 11_900n)
    })

    test('a credit note gives back what was paid, in parts too', async () => {
      const { id } = await buy([11_900n])
      const part = { invoice_id: id, reason: 'A part', lines: [{ position: 1, amount_minor: '2500' }] }
      assert.equal((await creditInvoice(means, part, staff)).total_minor, -2_500n)
      assert.equal(
        (await creditInvoice(means, { invoice_id: id, reason: 'The rest' }, staff)).total_minor,
        -7_500n,
      )
    })

    test('a draft that is changed and issued, and documents that are merged, are reduced once', async () => {
      const buyer = await client()
      const line = { description: 'Work', quantity: 3, unit_minor: '11900', tax_class: 'standard' }
      const content = { due_on: '2026-01-20', lines: [line] }
      const id = await createDraft(means, { client_id: buyer.id, ...content }, staff)
      await changeDraft(means, { invoice_id: id, ...content }, staff)
      const issued = await issueDraft(means, { invoice_id: id }, staff)
      const other = await issue(means, draft(buyer, { amounts: [11_900n] }))
      assert.deepEqual([issued.total_minor, other.total_minor], [30_000n, 10_000n])
      const { lines } = await getInvoice(db, issued.id, actor)
      assert.deepEqual([lines[0]!.quantity, lines[0]!.unit_minor], [3, 10_000n])
      // What was sold less tax stays so, whatever the seller says since.
      await sell('stated')
      const ids = { invoice_ids: [issued.id, other.id], reason: 'One bill' }
      const merged = await mergeInvoices(means, ids, staff)
      await sell('net')
      const row = await db.get<{ total_minor: bigint }>(
        sql`select total_minor from invoices where client_id = ${buyer.id} and status = 'issued'`,
      )
      assert.ok(merged)
      assert.equal(row!.total_minor, 40_000n)
    })

    test('the books hold', async () => {
      assert.deepEqual(await verifyBooks(db, on), [])
    })
  })
}
