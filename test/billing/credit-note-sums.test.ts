import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  planCreditNote,
  type BillFrom,
  type BillTo,
  type InvoiceLineRow,
  type InvoiceRow,
  type LineCredit,
} from '../../core/billing/index.ts'
import { isoDate } from '../../core/kernel/index.ts'

const today = isoDate('2026-03-01')
const buyer = { id: 'cli_1', locale: 'de' } as unknown as BillTo
const from = { pricesIncludeTax: true, taxRounding: 'line', zone: 'Europe/Berlin' } as unknown as BillFrom

const invoiceOf = (over: Partial<InvoiceRow> = {}): InvoiceRow =>
  ({
    ...{ id: 'inv_1', brand_id: 'brd_1', client_id: 'cli_1', currency: 'EUR', locale: 'de' },
    ...{ prices_include_tax: 0, tax_rounding: 'document', tax_notes: null },
    ...{ subtotal_minor: 3_000n, tax_minor: 570n, total_minor: 3_570n },
    ...over,
  }) as InvoiceRow

const lineOf = (over: Partial<InvoiceLineRow> = {}): InvoiceLineRow => ({
  ...{ id: 'inl_1', invoice_id: 'inv_1', position: 1, charge_id: 'chg_1', live_charge_id: 'chg_1' },
  ...{ source_id: 'svc_1', kind: 'recurring', description: 'Hosting', quantity: 3, unit_minor: 1_000n },
  ...{ amount_minor: 3_000n, net_minor: 3_000n, tax_minor: 570n, tax_class: 'standard' },
  ...{ tax_name: 'VAT', tax_rate_ppm: 190_000, period_start: null, period_end: null, trace: '{}' },
  ...over,
})

interface Wanted {
  invoice?: Partial<InvoiceRow>
  line?: Partial<InvoiceLineRow>
  amountMinor?: bigint | null
  creditedMinor?: bigint
  takenMinor?: bigint
}

const note = ({ invoice, line, amountMinor = null, creditedMinor = 0n, takenMinor = 0n }: Wanted = {}) => {
  const credits: LineCredit[] = [{ line: lineOf(line), amountMinor, creditedMinor }]
  const facts = { invoice: invoiceOf(invoice), takenMinor, credits, reason: 'Late' }
  return planCreditNote({ ...facts, buyer, from, issuedOn: today })
}
const trace = (value: object): string => JSON.stringify(value)

describe('a credit note', () => {
  test('is a document of its own below zero, at the terms of the one that it corrects', () => {
    const { draft, lines, ...plan } = note()
    assert.deepEqual(draft, {
      ...{ kind: 'credit_note', correctsId: 'inv_1', brandId: 'brd_1', clientId: 'cli_1', currency: 'EUR' },
      ...{ origin: 'manual', originId: 'inv_1', dueOn: today, lines, notes: 'Late' },
    })
    assert.deepEqual(plan, {
      ...{ issuedOn: today, subtotalMinor: -3_000n, taxMinor: -570n, totalMinor: -3_570n },
      taxes: [{ name: 'VAT', ratePpm: 190_000, netMinor: -3_000n, taxMinor: -570n }],
      ...{ taxNotes: [], buyer },
      from: { zone: 'Europe/Berlin', pricesIncludeTax: false, taxRounding: 'document' },
    })
  })

  test('repeats a line that it takes back whole, and is one of a sum where it takes a part', () => {
    const [whole] = note({ line: { period_start: '2026-02-01', period_end: '2026-03-01' } }).lines
    assert.deepEqual(whole, {
      ...{ sourceId: null, kind: 'recurring', description: 'Hosting', quantity: 3, unitMinor: -1_000n },
      ...{ amountMinor: -3_000n, taxClass: 'standard', periodStart: '2026-02-01', periodEnd: '2026-03-01' },
      trace: { credits: 'inl_1', of: '3000', reason: 'Late' },
      ...{
        taxes: [{ name: 'VAT', ratePpm: 190_000 }],
        netMinor: -3_000n,
        taxMinor: -570n,
        partsMinor: [-570n],
      },
    })
    const [part] = note({ amountMinor: 1_000n }).lines
    assert.deepEqual(
      [part!.quantity, part!.unitMinor, part!.amountMinor, part!.netMinor, part!.taxMinor],
      [1, -1_000n, -1_000n, -1_000n, -190n],
    )
    assert.ok(!('periodStart' in part!) && !('periodEnd' in part!))
  })

  test('gives back in steps exactly what the line took, whatever the steps', () => {
    // 19 % of 0.05 is 0.0095: a cent, of which the first 0.02 have none.
    const line = { amount_minor: 5n, net_minor: 5n, tax_minor: 1n, unit_minor: 5n, quantity: 1 }
    const steps = [0n, 2n, 3n].map((creditedMinor, i) =>
      note({ line, creditedMinor, amountMinor: [2n, 1n, 2n][i]! }),
    )
    assert.deepEqual(
      steps.map(({ taxMinor, totalMinor }) => [taxMinor, totalMinor]),
      [
        [0n, -2n],
        [-1n, -2n],
        [0n, -2n],
      ],
    )
    assert.equal(note({ line, creditedMinor: 3n }).lines[0]!.amountMinor, -2n)
  })

  test('takes the tax out of a price that has it in', () => {
    const line = { amount_minor: 11_900n, net_minor: 10_000n, tax_minor: 1_900n }
    const { subtotalMinor, taxMinor, totalMinor } = note({
      ...{ invoice: { prices_include_tax: 1, tax_rounding: 'line' }, line, amountMinor: 1_190n },
    })
    assert.deepEqual([subtotalMinor, taxMinor, totalMinor], [-1_000n, -190n, -1_190n])
  })

  test('rounds where its document did, also where whole units are due', () => {
    const of = (by: 'line' | 'document') => note({ invoice: { tax_rounding: by } }).from.taxRounding
    assert.deepEqual([of('line'), of('document')], ['line', 'document'])
    // 11 % of 150.00 rupiah are 16.50, due as 17 whole ones; half of the line gives back 9 (8.50, half up).
    const whole = {
      name: 'PPN',
      rate_ppm: 110_000,
      level: 1,
      compound: false,
      tax_minor: '1700',
      whole: true,
    }
    const line = { amount_minor: 15_000n, tax_minor: 1_700n, trace: trace({ taxes: [whole] }) }
    const rupiah = { currency: 'IDR' }
    assert.equal(note({ invoice: rupiah, line, amountMinor: 7_500n }).taxMinor, -900n)
    assert.equal(note({ invoice: rupiah, line, creditedMinor: 7_500n }).taxMinor, -800n)
  })

  test('tells two taxes of a line apart, by name, level and what makes them particular', () => {
    const taxes = [
      { name: 'GST', rate_ppm: 50_000, level: 1, compound: false, tax_minor: '150' },
      { name: 'QST', rate_ppm: 99_750, level: 2, compound: true, tax_minor: '314', treatment: 'standard' },
    ]
    const line = { tax_name: 'GST + QST', tax_rate_ppm: 149_750, tax_minor: 464n, trace: trace({ taxes }) }
    const [credited] = note({ line }).lines
    assert.deepEqual(credited!.taxes, [
      { name: 'GST', ratePpm: 50_000 },
      { name: 'QST', ratePpm: 99_750, level: 2, compound: true, treatment: 'standard' },
    ])
    assert.deepEqual([credited!.taxMinor, credited!.partsMinor], [-464n, [-150n, -314n]])
  })

  test('bears no tax where its line bore none', () => {
    const { lines, taxes, totalMinor } = note({ line: { tax_name: null, tax_rate_ppm: 0, tax_minor: 0n } })
    assert.deepEqual([lines[0]!.taxes, taxes, totalMinor], [[], [], -3_000n])
  })

  test('says what its document says of taxes, and what its taxes want said where that is not kept', () => {
    const kept = [{ text: 'Steuerschuldnerschaft des Leistungsempfängers' }]
    assert.deepEqual(note({ invoice: { tax_notes: trace(kept) } }).taxNotes, kept)
    const certificate = { number: 'X-1', authority: 'Finanzamt' }
    const taxes = [{ name: 'VAT', rate_ppm: 0, level: 1, compound: false, tax_minor: '0', certificate }]
    assert.deepEqual(note({ line: { trace: trace({ taxes }) } }).taxNotes, [{ certificate }])
  })

  test('leaves a sum that can be paid in cash, and nothing when all is taken back', () => {
    const invoice = { cash_step_minor: 5n, subtotal_minor: 3_000n, tax_minor: 568n, total_minor: 3_570n }
    const line = { tax_minor: 568n }
    const part = note({ invoice, line, amountMinor: 1_000n })
    // 35.68 less 11.89 is 23.79, paid as 23.80: 11.90 of 35.70.
    assert.deepEqual([part.taxMinor, part.totalMinor, part.cashStepMinor], [-189n, -1_190n, 5n])
    const rest = note({ invoice, line, creditedMinor: 1_000n, takenMinor: 1_189n })
    assert.deepEqual([rest.subtotalMinor + rest.taxMinor, rest.totalMinor], [-2_379n, -2_380n])
    assert.ok(!('cashStepMinor' in note()))
  })

  test('is over no line that is worth nothing', () => {
    assert.throws(() => note({ line: { amount_minor: 0n } }), /line inl_1 has something to credit/)
  })
})
