import { money, type Money } from '../../../../sdk/index.ts'
import { lineText, type InvoiceLineRow } from '../../../billing/index.ts'
import type { Translate } from '../../../i18n/index.ts'
import { addDays, isoDate, type IsoDate } from '../../../kernel/index.ts'

/** One line of a document: what it is for, and how its sum came about. */
export interface LineView {
  description: string
  /** First and last day; null for what has no period. */
  period: { from: IsoDate; to: IsoDate } | null
  quantity: number
  unit: Money
  amount: Money
  net: Money
  tax: Money
  taxName: string | null
  taxPercent: number
  serviceHref: string | null
  /** Message under portal.why and what it needs: the calculation in words. */
  why: { key: string; of: Money; days: number; length: number; percent: number }
  priceId: string | null
}

type Trace = Record<string, string | number | null | undefined>

export function lineView(t: Translate, line: InvoiceLineRow, currency: string): LineView {
  const amount = (minor: bigint) => money(minor, currency)
  const trace = JSON.parse(line.trace) as Trace
  const price = trace.price ?? trace.price_id
  return {
    description: lineText(t, line),
    period: periodOf(line),
    quantity: line.quantity,
    unit: amount(line.unit_minor),
    amount: amount(line.amount_minor),
    net: amount(line.net_minor),
    tax: amount(line.tax_minor),
    taxName: line.tax_name,
    taxPercent: line.tax_rate_ppm / 10_000,
    serviceHref: line.source_id?.startsWith('svc_') ? `/portal/services/${line.source_id}` : null,
    why: { ...whyOf(line, trace), of: amount(wholeOf(line, trace)) },
    priceId: typeof price === 'string' ? price : null,
  }
}

/** Charges keep the first day after the period; people read the last day in it. */
function periodOf(line: InvoiceLineRow): LineView['period'] {
  if (!line.period_start || !line.period_end || line.period_end <= line.period_start) return null
  return { from: isoDate(line.period_start), to: addDays(isoDate(line.period_end), -1) }
}

function whyOf(line: InvoiceLineRow, trace: Trace): Omit<LineView['why'], 'of'> {
  const numbers = { days: Number(trace.days ?? 0), length: Number(trace.length ?? 0), percent: 0 }
  const ppm = trace.ppm ?? trace.percent_ppm
  if (line.kind === 'discount' && ppm) return { ...numbers, key: 'percent', percent: Number(ppm) / 10_000 }
  if (line.kind === 'discount') return { ...numbers, key: 'fixed' }
  if (!trace.part || numbers.length === 0) return { ...numbers, key: 'product' }
  const whole = numbers.days === numbers.length ? 'whole_' : ''
  const unit = whole === '' && trace.unit === 'second' ? '_seconds' : ''
  return { ...numbers, key: `${whole}${trace.part === 'credit' ? 'credit' : 'charge'}${unit}` }
}

/** The sum that a share or a percentage was taken of. */
function wholeOf(line: InvoiceLineRow, trace: Trace): bigint {
  const { of } = trace
  return typeof of === 'string' && /^-?\d+$/.test(of) ? BigInt(of) : line.unit_minor
}
