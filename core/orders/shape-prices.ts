import type { ShapeValue } from '../../sdk/index.ts'
import { addedLine, LinesRefused, type DraftLine } from '../billing/index.ts'
import type { Sums } from '../catalog/index.ts'
import { AskFirst, type Trx } from '../db/index.ts'
import { BerthError } from '../kernel/index.ts'
import type { Hooks, Means } from '../records/index.ts'
import { PricesChanged } from './errors.ts'
import { taxClassOf } from './plan-order.ts'
import { partsOf, total, type PricedItem } from './price-items.ts'
import type { CartView } from './view-cart.ts'

const HOOK = 'cart.prices:shape'

interface Priced {
  /** Cart or client: what a refusal names. */
  subject: string
  brandId: string
  clientId: string | null
  currency: string
  items: readonly PricedItem[]
}

/**
 * What plugins add to the first invoice of these items. Not inside a transaction. A plugin that fails, and lines that
 * do not fit, end it with an error.
 */
async function addedLines(hooks: Hooks, priced: Priced): Promise<readonly DraftLine[]> {
  const { subject, items } = priced
  const added: DraftLine[] = []
  const taxClass = classOf(items)
  await hooks.shape(HOOK, valueOf(priced), (before, { add }, plugin) => {
    for (const one of add) {
      const trace = { hook: HOOK, plugin, cause: one.cause }
      const line = addedLine(one, { subject, taxClass: one.tax_class ?? taxClass, trace })
      added.push({ ...line, cause: one.cause })
    }
    const lines = add.map(({ kind, cause, description, amount_minor }) => ({
      ...{ kind, cause, description, amount_minor },
    }))
    return { ...before, lines: [...before.lines, ...lines] }
  })
  if (withLines(total(items.map(({ first }) => first)), added).totalMinor < 0n)
    throw LinesRefused({ subject, reason: 'the discounts are more than the rest' })
  return added
}

function valueOf({ brandId, clientId, currency, items }: Priced): ShapeValue<typeof HOOK> {
  return {
    ...{ brand_id: brandId, client_id: clientId, currency, lines: [] },
    items: items.map((item) => ({
      ...{ product_id: item.wish.product_id, cycle: item.wish.cycle, quantity: item.wish.quantity ?? 1 },
      ...{ tax_class: classOf([item]), amount_minor: String(item.first.totalMinor) },
    })),
  }
}

const classOf = (items: readonly PricedItem[]): string => {
  const [part] = partsOf(items)
  return part ? taxClassOf(part.product) : 'standard'
}

/** Add-ons of running services were shown with their sum, without any cart. */
const asksFor = (hooks: Hooks, items: readonly PricedItem[]): boolean =>
  hooks.listens(HOOK) && items.some(({ wish }) => wish.service_id === undefined)

/** The sums with the lines in them. */
export function withLines(sums: Sums, lines: readonly DraftLine[]): Sums {
  const sumOf = (kind: string) =>
    lines.filter((line) => line.kind === kind).reduce((sum, { amountMinor }) => sum + amountMinor, 0n)
  const [fees, discounts] = [sumOf('fee'), sumOf('discount')]
  return {
    subtotalMinor: sums.subtotalMinor + fees,
    discountMinor: sums.discountMinor - discounts,
    totalMinor: sums.totalMinor + fees + discounts,
  }
}

/** The cart with what plugins add, outside of any transaction. It is shown without when they fail, and says so. */
export async function withAdded(
  { hooks, log }: Pick<Means, 'hooks' | 'log'>,
  cart: CartView,
  of: { brandId: string; clientId: string | null },
): Promise<CartView> {
  if (!asksFor(hooks, cart.items)) return cart
  try {
    const added = await addedLines(hooks, { ...cart, ...of, subject: cart.id ?? of.brandId })
    return { ...cart, added, first: withLines(cart.first, added) }
  } catch (error) {
    if (!(error instanceof BerthError)) throw error
    log.warn({ cart: cart.id, error: String(error) }, 'cart shown without the lines of plugins')
    return { ...cart, addedFailed: true }
  }
}

/** The lines for an order that is being placed: the transaction is left for the question and begun anew. */
export function demandAdded({ hooks }: Means, trx: Trx, priced: Priced): readonly DraftLine[] {
  if (!asksFor(hooks, priced.items)) return []
  const key = `${HOOK} ${JSON.stringify(valueOf(priced))}`
  if (!trx.answers.has(key)) throw new AskFirst(new Map([[key, () => addedLines(hooks, priced)]]))
  return trx.answers.get(key) as readonly DraftLine[]
}

/** A buyer was shown the lines with the cart: another sum of them is said before anything is bought. */
export function refuseOtherSum(added: readonly DraftLine[], seenMinor: string | undefined): void {
  if (seenMinor === undefined) return
  const now = addedSum(added)
  if (now === BigInt(seenMinor)) return
  const item = added.map(({ description }) => description).join(', ')
  throw PricesChanged({ changes: [{ item, seen_minor: seenMinor, now_minor: String(now) }] })
}

export const addedSum = (added: readonly DraftLine[]): bigint =>
  added.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)
