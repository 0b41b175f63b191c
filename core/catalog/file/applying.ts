import type { Trx } from '../../db/index.ts'
import type { Actor, Cycle, IsoDate } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { dropPrices } from '../retire-price.ts'
import { putPrice } from '../set-price.ts'
import type { Current } from './current.ts'
import type { FilePrice } from './shape.ts'

export interface ImportReport {
  created: number
  changed: number
  retired: number
  /** Records of the file that were so already. */
  unchanged: number
  /** New versions of prices. */
  prices: number
  /** What works but may not be meant, such as a plugin that is not set up. */
  warnings: string[]
}

export interface Applying {
  means: Means
  trx: Trx
  actor: Actor
  brandId: string
  today: IsoDate
  current: Current
  retiring: boolean
  report: ImportReport
}

/** Counts what a change did. */
export function count(to: Applying, changed: boolean): void {
  if (changed) to.report.changed++
  else to.report.unchanged++
}

/** A file may name what is not set up yet: the product is then delivered by hand, and a later import fills it in. */
export function named(
  to: Applying,
  name: string | null | undefined,
  known: ReadonlyMap<string, string>,
  warning: string,
): string | null | undefined {
  if (name === undefined || name === null) return name
  const id = known.get(name)
  if (!id) to.report.warnings.push(warning)
  return id
}

export async function applyPrices(
  to: Applying,
  ownerId: string,
  prices: readonly FilePrice[],
): Promise<void> {
  const { means, trx, actor, brandId, today } = to
  for (const { cycle, list, ...price } of prices) {
    const listId = list ? to.current.lists.get(list.name)!.id : null
    const version = { ...price, cycle: cycle as Cycle, ownerId, brandId, listId, validFrom: today }
    if ((await putPrice(means, trx, version, actor)) !== null) to.report.prices++
  }
  if (!to.retiring) return
  const termsOf = (listId: string | undefined, of: { cycle: string; currency: string }) =>
    `${listId ?? ''} ${of.cycle} ${of.currency}`
  const kept = new Set(
    prices.map((price) => termsOf(price.list && to.current.lists.get(price.list.name)!.id, price)),
  )
  const own = [...(to.current.listPrices.get(ownerId)?.values() ?? [])].flat()
  const all = [...(to.current.prices.get(ownerId) ?? []), ...own]
  const held = new Map(all.map((price) => [termsOf(price.listId, price), price]))
  for (const [terms, { cycle, currency, listId = null }] of held) {
    if (kept.has(terms)) continue
    await dropPrices(means, trx, { brandId, ownerId, cycle, currency, listId }, actor)
    to.report.retired++
  }
}
