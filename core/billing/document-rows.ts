import type { InvoiceLineRow, InvoiceTaxRow } from './invoice.ts'
import type { PlannedInvoice, PlannedLine } from './plan-invoice.ts'
import { divideHalfUp } from '../../sdk/index.ts'
import type { TaxRate } from './tax.ts'
import type { TaxNote } from './tax-notes.ts'

/** What a line's row takes from its plan; drafts and issued documents add their charges. */
export function lineColumns(line: PlannedLine) {
  return {
    kind: line.kind,
    description: line.description,
    quantity: line.quantity,
    unit_minor: line.unitMinor,
    amount_minor: line.amountMinor,
    net_minor: line.netMinor,
    tax_minor: line.taxMinor,
    tax_class: line.taxClass,
    tax_name: line.taxes.map(({ name }) => name).join(' + ') || null,
    tax_rate_ppm: ratePpmOf(line.taxes),
    trace: JSON.stringify(traceOf(line)),
  } satisfies Partial<InvoiceLineRow>
}

export function taxRows(plan: PlannedInvoice, invoiceId: string): InvoiceTaxRow[] {
  return plan.taxes.map((group) => ({
    invoice_id: invoiceId,
    tax_name: group.name,
    rate_ppm: group.ratePpm,
    level: group.level ?? 1,
    compound: group.compound ? 1 : 0,
    treatment: group.treatment ?? 'standard',
    owed_to: group.owedTo ?? null,
    net_minor: group.netMinor,
    tax_minor: group.taxMinor,
  }))
}

/** Null when nothing need be said. */
export const taxNotesJson = (notes: readonly TaxNote[]): string | null =>
  notes.length === 0 ? null : JSON.stringify(notes)

/** What the taxes of a line take of its net sum together; compound ones are rounded to a millionth, half up. */
export function ratePpmOf(taxes: readonly TaxRate[]): number {
  return taxes.reduce(
    (sum, { ratePpm, compound }) =>
      sum +
      (compound ? Number(divideHalfUp(BigInt(ratePpm) * BigInt(1_000_000 + sum), 1_000_000n)) : ratePpm),
    0,
  )
}

/** Taxes that are more than one name and rate are kept in the line's trace: a credit note gives each of them back. */
function traceOf({ trace, taxes, partsMinor }: PlannedLine): PlannedLine['trace'] {
  if (taxes.length < 2 && !taxes.some(isParticular))
    return 'taxes' in trace ? { ...trace, taxes: undefined } : trace
  return {
    ...trace,
    taxes: taxes.map((rate, at) => ({
      name: rate.name,
      rate_ppm: rate.ratePpm,
      level: rate.level ?? 1,
      compound: rate.compound ?? false,
      tax_minor: partsMinor[at]!.toString(),
      ...(rate.treatment ? { treatment: rate.treatment } : {}),
      ...(rate.base ? { base: rate.base } : {}),
      ...(rate.whole ? { whole: true } : {}),
      ...(rate.down ? { down: true } : {}),
      ...(rate.certificate ? { certificate: rate.certificate } : {}),
    })),
  }
}

const isParticular = ({ level = 1, treatment, base, whole, down, certificate }: TaxRate): boolean =>
  level > 1 || Boolean(treatment ?? base ?? whole ?? down ?? certificate)
