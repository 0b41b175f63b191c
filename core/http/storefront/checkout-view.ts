import { findClient } from '../../clients/index.ts'
import { formatRate } from '../../i18n/index.ts'
import { addedSum, type CartView } from '../../orders/index.ts'
import type { Ctx } from '../context.ts'
import { reckonedLines } from './discount-text.ts'
import { countryOptions, type FormProblem } from '../page/index.ts'
import { BILL_FIELDS, type BillField } from './buyer.ts'
import { itemTitle } from './cart-view.ts'
import { saveView, type PayChoice } from './pay-choices.ts'
import { cycle, type IsoDate } from '../../kernel/index.ts'
import { taxIdKey } from '../../billing/index.ts'
import { cycleName, moneyText, perCycle, priceView } from './price-text.ts'
import { previewTax } from './tax-preview.ts'

/** Who is billed, as the form shows it and as far as tax asks. */
export interface BillTo {
  values: Record<BillField, string>
  exempt: boolean
  /** What a register found valid, and until when it counts. */
  valid: { for: string; through: IsoDate } | null
  /** Name of the client that the order is for; null for a guest. */
  client: { name: string; email: string } | null
}

/** What was typed, else what was asked for with the address, else what is known of the client. */
export async function billTo(ctx: Ctx, problem?: FormProblem): Promise<BillTo> {
  const { deps, actor, client } = ctx.state
  const known = client ? await findClient(deps.db, actor, client.id, 'order.place') : null
  const typed = (name: BillField): string | undefined => {
    const text = problem?.values[name] ?? ctx.query[name]
    return typeof text === 'string' ? text : undefined
  }
  const preset = (name: BillField) => known?.[name] ?? (name === 'country' ? countryOfBrowser(ctx) : '')
  const values = Object.fromEntries(BILL_FIELDS.map((name) => [name, typed(name) ?? preset(name)]))
  return {
    values: values as Record<BillField, string>,
    exempt: known?.tax_exempt === 1,
    valid:
      known?.tax_id_valid_for && known.tax_id_valid_through
        ? { for: known.tax_id_valid_for, through: known.tax_id_valid_through }
        : null,
    client: known && { name: known.company ?? known.name, email: known.email },
  }
}

/** "de-AT" says Austria; a guess, to be changed in the form. */
function countryOfBrowser(ctx: Ctx): string {
  const region = /^[a-z]{2,3}-([A-Z]{2})$/i.exec(ctx.acceptsLanguages()[0] ?? '')?.[1]
  return region?.toUpperCase() ?? ''
}

/** What is due with the tax of the buyer's place, for the part `_totals`. */
export async function totalsView(ctx: Ctx, cart: CartView, { values, exempt, valid }: BillTo) {
  const { t, locale } = ctx.state
  const text = (minor: bigint) => moneyText(ctx, minor, cart.currency)
  const business =
    valid !== null &&
    valid.for === taxIdKey(values.country, values.tax_id) &&
    priceView(ctx).day <= valid.through
  const place = {
    ...{ country: values.country, region: values.region || null, postcode: values.postcode },
    ...{ exempt, business, city: values.city, company: values.company || null },
    tax_id: values.tax_id || null,
  }
  const taxed = await previewTax(ctx, cart, place)
  const { totalMinor: total, roundingMinor: off, untaxedMinor: untaxed, fittedMinor: fitted } = taxed
  const taxes = taxed.groups
    .filter(({ ratePpm }) => ratePpm > 0)
    .map((group) => ({
      label: t('storefront.checkout.tax', { name: group.name, rate: formatRate(group.ratePpm, locale) }),
      value: text(group.taxMinor),
    }))
  return {
    items: cart.items.map((item) => ({
      label: item.units.length > 1 ? `${item.units.length} × ${itemTitle(ctx, item)}` : itemTitle(ctx, item),
      note: cycleName(ctx, cycle(item.wish.cycle)),
      value: text(item.first.subtotalMinor),
    })),
    lines: [
      ...reckonedLines(ctx, cart),
      ...(untaxed === 0n ? [] : [{ label: t('storefront.checkout.untaxed'), value: text(untaxed) }]),
      ...(fitted === 0n ? [] : [{ label: t('portal.invoice.rounding'), value: text(fitted) }]),
      { label: t('storefront.checkout.net'), value: text(taxed.netMinor) },
      ...taxes,
      ...(off === 0n ? [] : [{ label: t('portal.invoice.rounding'), value: text(off) }]),
    ],
    isTaxKnown: values.country !== '',
    total: text(total),
    totalMinor: total,
    note: cart.addedFailed ? t('storefront.cart.added_failed') : null,
    seenAdded: addedSum(cart.added),
    isFree: total === 0n,
    submit:
      total === 0n
        ? t('storefront.checkout.order_free')
        : t('storefront.checkout.order', { price: text(total) }),
    renewals: taxed.renewals.map(({ cycle: of, totalMinor }) =>
      t('storefront.summary.then', { price: text(totalMinor), per: perCycle(ctx, cycle(of)) }),
    ),
  }
}

interface CheckoutFacts {
  bill: BillTo
  totals: Awaited<ReturnType<typeof totalsView>>
  pay: readonly PayChoice[]
  terms: { version: string }
  problem: FormProblem | undefined
}

export function checkoutView(ctx: Ctx, { bill, totals, pay, terms, problem }: CheckoutFacts) {
  const { signedIn, t, locale } = ctx.state
  const typed = (name: string) => {
    const value = problem?.values[name]
    return typeof value === 'string' ? value : ''
  }

  const known = !signedIn && (ctx.query.known !== undefined || typed('known') === '1')
  return {
    ...{ known, totals, errors: problem?.errors ?? [], fieldErrors: problem?.fieldErrors ?? {} },
    person: signedIn ? { name: signedIn.user.name, email: signedIn.user.email } : null,
    client: bill.client,
    guest: { email: typed('email'), name: typed('name') },
    bill: bill.values,
    countries: countryOptions(locale),
    pay: {
      ...{ choices: pay, chosen: typed('pay') || (pay[0]?.value ?? ''), none: pay.length === 0 },
      save: saveView(ctx.state, pay),
    },
    note: typed('note'),
    terms: { version: terms.version, hint: t('storefront.legal.version', { version: terms.version }) },
  }
}
