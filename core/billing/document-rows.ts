import type { InvoiceLineRow, InvoiceTaxRow } from './invoice.ts'
import type { PlannedInvoice, PlannedLine } from './plan-invoice.ts'
import { divideHalfUp } from '../../sdk/index.ts'
import type { TaxRate } from './tax.ts'

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
    net_minor: group.netMinor,
    tax_minor: group.taxMinor,
  }))
}

/** What the taxes of a line take of its net sum together; a compound one is rounded to a millionth, half up. */
function ratePpmOf(taxes: readonly TaxRate[]): number {
  const sum = taxes.reduce((whole, { ratePpm }) => whole + ratePpm, 0)
  const [first, second] = taxes
  if (!first || !second?.compound) return sum
  return sum + Number(divideHalfUp(BigInt(first.ratePpm) * BigInt(second.ratePpm), 1_000_000n))
}

/** Two taxes of one line are kept apart in its trace: a credit note gives each of them back. */
function traceOf({ trace, taxes, partsMinor }: PlannedLine): PlannedLine['trace'] {
  if (taxes.length < 2) return 'taxes' in trace ? { ...trace, taxes: undefined } : trace
  return {
    ...trace,
    taxes: taxes.map((rate, at) => ({
      name: rate.name,
      rate_ppm: rate.ratePpm,
      level: rate.level ?? 1,
      compound: rate.compound ?? false,
      tax_minor: partsMinor[at]!.toString(),
    })),
  }
}
