import { divideHalfUp, timesPpm, toDecimal, Type } from '../../../sdk/index.ts'
import type { Queries, Trx } from '../../db/index.ts'
import { assert, type Instant } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { takenOf } from '../credit-invoice.ts'
import { creditable } from '../creditable.ts'
import type { InvoiceRow } from '../invoice.ts'
import { loadBuyers, loadSeller } from '../parties.ts'
import { planCreditNote, type LineCredit } from '../plan-credit-note.ts'
import { ChargeChanged } from './errors.ts'
import { readGatewayRules, type GatewayRules } from './gateway-rules.ts'

/** The charge that a payer was shown, as `chargeKey` writes it; a start with another one is refused. */
export const SeenCharge = Type.Optional(Type.String({ maxLength: 40 }))

/** All that is open is paid, also where a plan of instalments asks for a part. */
export const Whole = Type.Optional(Type.Boolean())

/** What a payment asks for besides what its documents have open. */
export interface Extra {
  kind: 'surcharge' | 'discount'
  /** Above zero, tax included. */
  amountMinor: bigint
  /** What the rules came to; of a discount the note may be a unit beside it. */
  wantedMinor: bigint
  taxClass: string
}

/** Pure: what the rules add to a sum, or take off it below zero; never all of it. */
export function chargeOn(rules: GatewayRules, currency: string, openMinor: bigint): bigint {
  const charge = rules.charges?.find((one) => one.currency === currency)
  if (!charge) return 0n
  const wanted = timesPpm(openMinor, charge.percent_ppm) + BigInt(charge.fixed_minor)
  return wanted <= -openMinor ? 0n : wanted
}

/** As a form hands it back, to notice that the rules have changed meanwhile. */
export function chargeKey(rules: GatewayRules, currency: string): string {
  const charge = rules.charges?.find((one) => one.currency === currency)
  return charge ? `${charge.percent_ppm}/${charge.fixed_minor}` : ''
}

/** "+2.9 % +0.35", "-3 %": for whoever chooses a way to pay before there is a sum; empty when it costs nothing. */
export function chargeText(rules: GatewayRules, currency: string): string {
  const charge = rules.charges?.find((one) => one.currency === currency)
  if (!charge) return ''
  const signed = (text: string) => (text.startsWith('-') ? text : `+${text}`)
  const fixed = BigInt(charge.fixed_minor)
  return [
    charge.percent_ppm === 0 ? '' : `${signed(String(charge.percent_ppm / 10_000))} %`,
    fixed === 0n ? '' : signed(toDecimal({ minor: fixed, currency })),
  ]
    .filter(Boolean)
    .join(' ')
}

export interface ExtraWish {
  rules: GatewayRules
  /** The document that is paid; absent for several, which have no discount. */
  invoice?: InvoiceRow
  currency: string
  openMinor: bigint
}

/**
 * A surcharge is the sum of the rules. A discount is what a credit note over its share of every line comes to, so that
 * the taxes of the document go down with it: that may be a unit beside the sum of the rules.
 */
export async function extraOf(means: Means, queries: Queries, wish: ExtraWish): Promise<Extra | null> {
  const charge = chargeOn(wish.rules, wish.currency, wish.openMinor)
  const taxClass = wish.rules.charge_tax_class ?? 'standard'
  if (charge > 0n) return { kind: 'surcharge', amountMinor: charge, wantedMinor: charge, taxClass }
  const { invoice } = wish
  // What a proforma comes to is agreed on; its document is written when all of that is there.
  if (charge === 0n || !invoice || invoice.proforma === 1) return null
  const taken = await takenOf(queries, invoice.id)
  const credits = shareOut(
    await creditable(queries, invoice),
    invoice.total_minor - taken.totalMinor,
    -charge,
  )
  if (credits.length === 0) return null
  const from = await loadSeller(queries, invoice.brand_id, invoice.client_id)
  const buyer = (await loadBuyers(queries, [invoice.client_id])).get(invoice.client_id)
  assert(buyer, `client ${invoice.client_id} exists`)
  const issuedOn = means.business.today(from.zone)
  const { totalMinor } = planCreditNote({
    ...{ invoice, takenMinor: taken.exactMinor, credits, reason: '', buyer, from, issuedOn },
  })
  const amountMinor = -totalMinor
  return amountMinor > 0n && amountMinor < wish.openMinor
    ? { kind: 'discount', amountMinor, wantedMinor: -charge, taxClass }
    : null
}

/** Pure: a sum with its taxes as shares of what is left of every line, as the document states prices. */
export function shareOut(
  lines: readonly LineCredit[],
  worthMinor: bigint,
  amountMinor: bigint,
): (LineCredit & { amountMinor: bigint })[] {
  const whole = lines.reduce((sum, { line, creditedMinor }) => sum + line.amount_minor - creditedMinor, 0n)
  if (amountMinor >= worthMinor || whole <= 0n) return []
  let left = 0n
  let shared = 0n
  return lines.flatMap((credit) => {
    left += credit.line.amount_minor - credit.creditedMinor
    const share = divideHalfUp(left * amountMinor, worthMinor) - shared
    shared += share
    return share === 0n ? [] : [{ ...credit, amountMinor: share }]
  })
}

/** What a gateway asks for beside what is open, read again where an attempt is opened. */
export async function demandExtra(
  means: Means,
  trx: Trx,
  gateway: { id: string; name?: string },
  wish: Omit<ExtraWish, 'rules'> & { seen?: string | undefined },
): Promise<Extra | null> {
  const rules = await readGatewayRules(trx, gateway.id)
  if (wish.seen !== undefined && wish.seen !== chargeKey(rules, wish.currency))
    throw ChargeChanged({ gateway: gateway.name ?? gateway.id })
  return extraOf(means, trx, { ...wish, rules })
}

export const withExtra = (openMinor: bigint, extra: Extra | null): bigint =>
  extra === null
    ? openMinor
    : extra.kind === 'surcharge'
      ? openMinor + extra.amountMinor
      : openMinor - extra.amountMinor

export async function keepExtra(
  trx: Trx,
  payment: { id: string; currency: string; created_at: Instant },
  extra: Extra | null,
): Promise<void> {
  if (!extra) return
  const { kind, amountMinor, wantedMinor, taxClass } = extra
  await trx.insert('payment_extras', [
    {
      ...{ payment_id: payment.id, kind, currency: payment.currency, amount_minor: amountMinor },
      ...{
        wanted_minor: wantedMinor,
        tax_class: taxClass,
        document_id: null,
        created_at: payment.created_at,
      },
    },
  ])
}
