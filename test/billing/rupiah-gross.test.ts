import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { addTaxPreset } from '../../core/brands/index.ts'
import {
  computeTax,
  getInvoice,
  listFakturs,
  planFaktur,
  previewTaxOf,
  reachableGross,
  roundingOf,
  taxesFor,
  verifyBooks,
  type InvoiceLineRow,
  type TaxRate,
} from '../../core/billing/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeBrand, makeClient, makeSeller, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { presetRules } from './preset-rules.ts'
import { actor, draft, issue } from './support.ts'

const rules = presetRules('indonesia', { country: 'ID', region: null })
const rounding = roundingOf({ taxRounding: 'line' }, 'IDR')
const ratesOf = (taxClass = 'standard', on = '2026-01-15') =>
  taxesFor(rules, { country: 'ID', region: null, exempt: false }, taxClass, isoDate(on))

/** What a gross price comes to: its sum, net and tax. */
function split(grossMinor: bigint, taxes: readonly TaxRate[] = ratesOf()): [bigint, bigint, bigint] {
  const amountMinor = reachableGross(grossMinor, taxes, rounding)
  const { netMinor, taxMinor } = computeTax([{ amountMinor, taxes }], true, rounding)
  return [amountMinor, netMinor, taxMinor]
}

/** Gross price, then the sum that is paid, net and PPN, in rupiah: net and 12 % of 11/12 of it, each rounded. */
const TABLE: readonly (readonly [why: string, gross: bigint, paid: bigint, net: bigint, tax: bigint])[] = [
  ['is made exactly', 20_000n, 20_000n, 18_018n, 1_982n],
  ['is made exactly', 75_000n, 75_000n, 67_568n, 7_432n],
  ['is made exactly', 111_000n, 111_000n, 100_000n, 11_000n],
  ['is made exactly', 10_000n, 10_000n, 9_009n, 991n],
  // 4 504 → 4 129 → 495 is 4 999; 4 505 → 4 130 → 496 is 5 001.
  ['lies between two: the lower one', 5_000n, 4_999n, 4_504n, 495n],
  ['lies between two: the lower one', 25_000n, 24_999n, 22_522n, 2_477n],
  ['lies between two: the lower one', 36_000n, 35_999n, 32_432n, 3_567n],
  ['lies between two: the lower one', 85_000n, 84_999n, 76_576n, 8_423n],
]

describe('gross prices in rupiah', () => {
  for (const [why, gross, paid, net, tax] of TABLE)
    test(`Rp ${gross} ${why}`, () =>
      assert.deepEqual(split(gross * 100n), [paid * 100n, net * 100n, tax * 100n]))

  test('a fraction of a rupiah is left out; what is given back mirrors what was charged', () => {
    // 10 of 31 days of Rp 100 000.
    assert.deepEqual(split(3_225_806n), [3_225_800n, 2_906_100n, 319_700n])
    assert.equal(split(-500_000n)[0], -499_900n)
  })

  const lineOf = (amountMinor: bigint, rate: TaxRate): InvoiceLineRow => {
    const [, net_minor, tax_minor] = split(amountMinor, [rate])
    const kept = { name: rate.name, rate_ppm: rate.ratePpm, level: 1, compound: false, whole: true }
    const tax = { ...kept, tax_minor: String(tax_minor), ...(rate.base ? { base: rate.base } : {}) }
    const facts = { net_minor, tax_minor, quantity: 1, description: 'Hosting' }
    return { ...facts, trace: JSON.stringify({ taxes: [tax] }) } as InvoiceLineRow
  }
  const buyer = JSON.stringify({
    name: 'A',
    email: 'a@example.org',
    address_1: 'J',
    tax_id: '0020000006091000',
  })
  // 9.91 % are between two sums at 12 % on 11/12; 12 of 112 at 12 % on the whole.
  for (const [taxClass, most, between] of [
    ['standard', 200_000n, 19_820],
    ['luxury', 20_000n, 2_143],
  ] as const)
    test(`none of 1 to ${most}, of class ${taxClass}, falls out of the file, nor is one dearer, or cheaper by more than Rp 1`, () => {
      const [rate] = ratesOf(taxClass)
      let lowered = 0
      for (let rupiah = 1n; rupiah <= most; rupiah++) {
        const gross = rupiah * 100n
        const line = lineOf(gross, rate!)
        const off = gross - line.net_minor - line.tax_minor
        if (off !== 0n) lowered++
        assert.ok(off === 0n || off === 100n, `Rp ${rupiah}`)
        const planned = planFaktur({ id: 'i', number: '1', issued_on: '2026-01-15', buyer, lines: [line] })
        assert.ok('faktur' in planned, `Rp ${rupiah}: ${JSON.stringify(planned, (_, v) => String(v))}`)
      }
      assert.equal(lowered, between)
    })

  test('base and tax fit the net sum, by the rounding of the day, whatever the price', () => {
    const days = fc.constantFrom('2022-01-10', '2024-06-01', '2025-03-01', '2026-01-15')
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 12n), 10n ** 12n), days, (gross, on) => {
        const rates = ratesOf('standard', on)
        const [amountMinor, netMinor, taxMinor] = split(gross, rates)
        assert.equal(
          computeTax([{ amountMinor: netMinor, taxes: rates }], false, rounding).taxMinor,
          taxMinor,
        )
        assert.equal(amountMinor, netMinor + taxMinor)
        const off = gross < 0n ? amountMinor - gross : gross - amountMinor
        assert.ok(off >= 0n && off < 200n)
        assert.equal(split(-gross, rates)[0], -amountMinor)
      }),
    )
  })
})

const notes = { reverse_charge: { en: 'R' }, abroad: { en: 'A' }, india_export: { en: 'L' } }

for (const engine of engines) {
  describe(`documents of gross prices in rupiah on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T10:00:00.000Z' })
    const staff = staffActor()
    const { id: seller_id } = await makeSeller(means, { country: 'ID', tax_id: '01.234.567.4-091.000' })
    const brand = await makeBrand(means, { seller_id, prices_include_tax: 1 })
    await addTaxPreset(means, { seller_id, preset: 'indonesia', starts_on: '2020-01-01', notes }, staff)

    test('are in the file, add up, and the preview says the same', async () => {
      const of = { country: 'ID', currency: 'IDR', tax_id: '02.000.000.6-091.000' }
      const client = await makeClient(means, { brand_id: brand.id, ...of })
      const { id } = await issue(means, draft(client, { amounts: [500_000n, 3_225_806n, 2_500_000n] }))
      const invoice = await getInvoice(db, id, actor)
      assert.deepEqual(
        invoice.lines.map(({ net_minor, tax_minor }) => [net_minor / 100n, tax_minor / 100n]),
        [
          [4_504n, 495n],
          [29_061n, 3_197n],
          [22_522n, 2_477n],
        ],
      )
      assert.equal(invoice.total_minor, 6_225_600n)
      const [row] = await listFakturs(means, { seller_id, month: '2026-01' }, staff)
      assert.deepEqual([row!.problem, row!.faktur?.lines.length], [null, 3])
      const asked = {
        seller_id,
        country: 'ID',
        buyer_kind: 'consumer',
        tax_class: 'standard',
        on: '2026-01-15',
      }
      const price = { currency: 'IDR', amount_minor: '500000', inclusive: true }
      const preview = await previewTaxOf(means, { ...asked, ...price }, staff)
      assert.deepEqual([preview.netMinor, preview.taxMinor], [450_400n, 49_500n])
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
    })
  })
}
