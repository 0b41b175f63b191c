import type { PricedLine, PricedSelection, Product } from '../catalog/index.ts'
import { madeOnce, type Queries } from '../db/index.ts'
import { isMetered, type Cycle, type Instant, type IsoDate } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import {
  alignedTerm,
  firstTerm,
  readTerms,
  restPrice,
  type FirstTerm,
  type Parent,
  type Rest,
  type Terms,
} from '../services/index.ts'

/** How long the first period of a product is when it is ordered by this cycle. */
export type FirstTermOf = (product: Product, of: Cycle, parent?: Parent | null) => FirstTerm

export interface Shop {
  brandId: string
  /** Null for a guest: a client may have a renewal day of its own. */
  clientId: string | null
  zone: string
  today: IsoDate
}

/** The first periods of some products and their add-ons, as the shop has laid them down; one statement. */
export async function firstTerms(
  means: Pick<Means, 'business'>,
  queries: Queries,
  products: readonly Product[],
  shop: Shop,
): Promise<FirstTermOf> {
  const productIds = products.flatMap(({ id, addons }) => [id, ...addons.map((addon) => addon.id)])
  const terms = await readTerms(queries, { brandId: shop.brandId, clientId: shop.clientId, productIds })
  const bySeconds = productIds.some((id) => terms(id).proration === 'second')
  const { zone, today } = shop
  return termsAt({ terms, zone, today, at: bySeconds ? means.business.now() : NO_MOMENT })
}

/** Where nothing is measured by seconds, the day alone decides. */
const NO_MOMENT = '' as Instant

type Standing = Pick<Shop, 'zone' | 'today'> & { terms: (productId: string) => Terms; at: Instant }

const termsAt = madeOnce(({ terms, zone, today, at }: Standing): FirstTermOf => (product, cycle, parent) => {
  const own = terms(product.id)
  const of = { cycle, today, how: { mode: own.proration, zone, at } }
  return parent ? alignedTerm(of, parent) : firstTerm({ ...of, terms: own })
})

/** The selection as its first document charges it: what recurs piece by piece, what is charged once as it is. */
export function firstSelection(listed: PricedSelection, { pieces }: FirstTerm): PricedSelection {
  if (pieces.length === 1 && isWhole(pieces[0]!)) return listed
  if (isMetered(listed.cycle)) return withoutHours(listed)
  if (pieces.length === 0) return listed
  const recurring = listed.lines.filter((line) => line.recurs)
  const lines = [
    ...pieces.flatMap((piece) => recurring.map((line) => pieceOf(line, piece))),
    ...listed.lines.filter((line) => !line.recurs),
  ]
  const subtotalMinor = lines.reduce((sum, line) => sum + line.amountMinor, 0n)
  return { ...listed, lines, first: { subtotalMinor, discountMinor: 0n, totalMinor: subtotalMinor } }
}

/** Hours are charged when they are used: the order names the product and takes nothing for them. */
function withoutHours(listed: PricedSelection): PricedSelection {
  const lines = listed.lines.flatMap((line): PricedLine[] => {
    if (!line.recurs) return [line]
    const trace = { ...line.trace, metered: listed.cycle, of: line.unitMinor.toString() }
    const nothing = { unitMinor: 0n, amountMinor: 0n, recurs: false }
    return line.kind === 'recurring' ? [{ ...line, ...nothing, kind: 'once', trace }] : []
  })
  const subtotalMinor = lines.reduce((sum, line) => sum + line.amountMinor, 0n)
  return { ...listed, lines, first: { subtotalMinor, discountMinor: 0n, totalMinor: subtotalMinor } }
}

const isWhole = ({ days, length }: Rest): boolean => days === length

function pieceOf(line: PricedLine, piece: Rest): PricedLine {
  const period = { startsOn: piece.fromOn, endsOn: piece.endsOn }
  if (isWhole(piece)) return { ...line, period }
  const amountMinor = restPrice(line.amountMinor, piece)
  const trace = {
    ...line.trace,
    part: 'charge',
    of: line.amountMinor.toString(),
    days: piece.days,
    length: piece.length,
    ...(piece.unit === 'second' ? { unit: 'second' } : {}),
    rounding: 'half up on the running total',
  }
  return { ...line, quantity: 1, unitMinor: amountMinor, amountMinor, period, trace }
}
