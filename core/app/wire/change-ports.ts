import {
  applyCredit,
  giveUnused,
  issueInvoice,
  linesAdded,
  lockCharged,
  lockInvoice,
  planServicesRefund,
  refundNote,
  refundServices,
  sumsOfDocument,
  takeBackInvoice,
} from '../../billing/index.ts'
import {
  fitChoices,
  loadProducts,
  offeredKeys,
  priceSelection,
  type PricedSelection,
  type Product,
} from '../../catalog/index.ts'
import { list, sql, type Queries } from '../../db/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import type { ChangePorts, Offer, OfferRequest } from '../../services/index.ts'

/** What a change of a running service asks of billing and of the catalogue. */
export const changePorts: ChangePorts = {
  price: offerOf,
  lockCharged,
  added: ({ hooks }, queries, draft) => linesAdded(hooks, queries, draft),
  sums: sumsOfDocument,
  issueInvoice: async (means, trx, draft, actor) => {
    const { id, number, total_minor } = await issueInvoice(means, trx, draft, actor)
    return { id, number, totalMinor: total_minor }
  },
  voidInvoice: (means, trx, invoiceId, actor) =>
    takeBackInvoice(means, trx, { invoiceId, reason: 'The change was cancelled or replaced' }, actor),
  giveCredit: async (means, trx, draft, actor) => {
    const { note, promotionalMinor } = await giveUnused(means, trx, draft, actor)
    return { id: note.id, totalMinor: note.total_minor, promotionalMinor }
  },
  settleFromCredit: async (means, trx, { serviceIds, upToOn }, actor) => {
    const open = await trx.all<{ id: string }>(sql`
      select distinct i.id from invoices i join invoice_lines l on l.invoice_id = i.id
      where i.status = 'issued' and i.kind = 'invoice' and l.source_id in (${list(serviceIds)})
        and l.period_start <= ${upToOn} order by i.id`)
    for (const { id } of open) await applyCredit(means, trx, await lockInvoice(trx, id), actor)
  },
  refundCredit: refundNote,
  planRefund: planServicesRefund,
  refundServices,
}

/**
 * The service as the catalogue sells it on the day. What the wish leaves out stays as it is; of another plan the
 * options of the same key are taken over. Options that do not change later are refused, and so is what would take them away.
 */
async function offerOf(queries: Queries, request: OfferRequest): Promise<Offer> {
  const { service, productId, cycle, quantity, onDay } = request
  const [product] = await loadProducts(queries, service.brand_id, [productId], {
    clientId: service.client_id,
    orderFields: false,
    serviceId: service.id,
  })
  if (!product) throw invalidInput({ product_id: 'is not offered here' })
  const kept = new Map(
    product.options.flatMap(({ key, chosen }): [string, string][] =>
      chosen === null ? [] : [[key, chosen]],
    ),
  )
  const options = standing(product, wantedOptions(product, kept, request), request)
  refuseLost(product, { kept, options }, request)
  const priced = priceSelection(
    product,
    { quantity, options },
    { currency: service.currency, cycle, day: onDay },
  )
  if (Object.keys(priced.errors).length > 0) throw invalidInput(priced.errors)
  return offer(product, priced)
}

function wantedOptions(
  product: Product,
  kept: ReadonlyMap<string, string>,
  { service, options: wished }: OfferRequest,
): Record<string, string> {
  const wanted: Record<string, string> = {}
  // What other choices bring up anew is chosen for the first time, not changed.
  const offeredBefore = offeredKeys(
    product.options,
    Object.fromEntries(product.options.map(({ key }) => [key, kept.get(key) ?? ''])),
  )
  for (const option of product.options) {
    const wish = wished.find(({ optionId }) => optionId === option.id)
    const before = kept.get(option.key)
    const value = wish
      ? (option.values.find(({ id }) => id === wish.valueId)?.key ??
        wish.value ??
        String(wish.quantity ?? ''))
      : (before ?? (isLeftOut(option, product, service.product_id) ? '' : undefined))
    if (value === undefined) continue
    const changes = wish !== undefined && value !== (before ?? '')
    const isFixed = !option.changeable && product.id === service.product_id && offeredBefore.has(option.key)
    if (changes && before !== undefined && option.values.some(({ serverGroupId }) => serverGroupId !== null))
      throw invalidInput({
        [`option.${option.key}`]: 'cannot be changed: a running service stays where it is',
      })
    if (changes && isFixed)
      throw invalidInput({ [`option.${option.key}`]: 'cannot be changed on a running service' })
    if (!option.retiredAt) wanted[option.key] = value
  }
  return wanted
}

/**
 * What the service has and the wish does not offer beside it any more falls away, without a preset in its place. What was
 * wished by name is left to be refused.
 */
function standing(
  { options: all }: Product,
  wanted: Record<string, string>,
  { options: wished }: OfferRequest,
): Record<string, string> {
  const isWished = (key: string) =>
    all.some((one) => one.key === key && wished.some(({ optionId }) => optionId === one.id))
  const stands = { ...wanted }
  // What falls away may take with it what waits for it.
  for (;;) {
    const gone = fitChoices(all, stands).dropped.filter((key) => stands[key] !== '' && !isWished(key))
    if (gone.length === 0) return stands
    for (const key of gone) stands[key] = ''
  }
}

/**
 * An option that does not change later would otherwise be dropped with one that does, and chosen anew with it. What the
 * service has and the catalogue offers to nobody with its choices any more was lost without anybody's wish.
 */
function refuseLost(
  product: Product,
  { kept, options }: { kept: ReadonlyMap<string, string>; options: Record<string, string> },
  request: OfferRequest,
): void {
  if (product.id !== request.service.product_id) return
  const fixed = product.options.filter(({ changeable, retiredAt }) => !changeable && !retiredAt)
  if (fixed.length === 0) return
  const present = Object.fromEntries(product.options.map(({ key }) => [key, kept.get(key) ?? '']))
  const had = standing(product, present, { ...request, options: [] })
  const lost = fixed.find(({ key }) => had[key] !== '' && options[key] === '')
  if (lost)
    throw invalidInput({
      [`option.${lost.key}`]: 'cannot be changed on a running service, and this choice would take it away',
    })
}

/** What the buyer left out of this very product stays out: its preset is an offer, not a choice. */
const isLeftOut = (option: Product['options'][number], product: Product, presentId: string): boolean =>
  product.id === presentId && !option.required

function offer(product: Product, priced: PricedSelection): Offer {
  const recurring = priced.lines.filter((line) => line.recurs)
  const sum = (lines: typeof recurring) => lines.reduce((total, line) => total + line.amountMinor, 0n)
  return {
    productId: product.id,
    name: product.name,
    taxClass: product.taxClass,
    cycle: priced.cycle,
    quantity: priced.quantity,
    priceId: priced.priceId,
    amountMinor: sum(recurring.filter((line) => line.kind === 'recurring')),
    recurringMinor: sum(recurring),
    instanceId: product.instanceId,
    moduleSettings: { ...product.moduleSettings },
    options: priced.choices.map((choice) => ({
      optionId: choice.optionId,
      valueId: choice.valueId,
      quantity: choice.quantity,
      value: choice.value,
      label: choice.label,
      amountMinor: choice.amountMinor * BigInt(choice.times * priced.quantity),
      pricing: choice.pricing,
      setting: choice.setting,
      moduleValue: choice.moduleValue,
      priceId: choice.priceId,
    })),
  }
}
