import { sql, type Queries } from '../../db/index.ts'
import { readDeals, type Bundle, type Gift } from '../deals.ts'
import type { PriceList } from '../price-lists.ts'
import type { PriceRule } from '../price-rules.ts'
import { decimal, said, type Out } from './said.ts'
import { wordOf } from './values.ts'

/** Price lists, rules of currencies, bundles and gifts of a brand as a file says them. */
export interface Offers {
  lists: readonly PriceList[]
  rules: readonly PriceRule[]
  bundles: readonly Bundle[]
  gifts: readonly Gift[]
}

type RuleRow = { [F in keyof PriceRule]: PriceRule[F] | null } & { deals: string }

/** What is in force, in two statements: bundles and gifts as their brand keeps them, beside its rules. */
export async function loadOffers(queries: Queries, brandId: string): Promise<Offers> {
  const rows = await queries.all<RuleRow>(sql`
    select b.deals, r.* from brands b left join price_rules r on r.brand_id = b.id
    where b.id = ${brandId} order by r.currency`)
  const lists = await queries.all<PriceList>(
    sql`select * from price_lists where brand_id = ${brandId} and retired_at is null order by name, id`,
  )
  const isRule = (row: RuleRow): row is PriceRule & { deals: string } => row.id !== null
  return { lists, rules: rows.filter(isRule), ...readDeals(rows[0]!.deals) }
}

/** Bundles and gifts of products that are no longer sold are left out. */
export function offersOut({ lists, rules, bundles, gifts }: Offers, slugs: ReadonlyMap<string, string>) {
  const isSold = ({ members }: Bundle) => members.every(({ productId }) => slugs.has(productId))
  const ofGift = ({ giverId, givenId }: Gift) => `${slugs.get(giverId)} ${slugs.get(givenId)}`
  return {
    before: said({ price_lists: lists.map(listOut), price_rules: rules.map(ruleOut) }),
    after: said({
      bundles: bundles.filter(isSold).map((bundle) => bundleOut(bundle, slugs)),
      gifts: gifts
        .filter(({ giverId, givenId }) => slugs.has(giverId) && slugs.has(givenId))
        .toSorted((a, b) => (ofGift(a) < ofGift(b) ? -1 : 1))
        .map((gift) => giftOut(gift, slugs)),
    }),
  }
}

const percent = (ppm: number): number => ppm / 10_000

const listOut = ({ name, discount_ppm }: PriceList): Out => ({ name, discount: percent(discount_ppm) })

function ruleOut({ currency, base, markup_ppm, rounding, follows }: PriceRule): Out {
  const { mode, step, ending } = JSON.parse(rounding) as { mode: string; step: string; ending: string }
  return said({
    ...{ currency, base, markup: percent(markup_ppm) },
    rounding: said({ mode, step, ending: ending === '0' ? null : ending }),
    follows: follows === 1 || null,
  })
}

function bundleOut(bundle: Bundle, slugs: ReadonlyMap<string, string>): Out {
  const { slug, name, summary, members, kind, percentPpm, currency, amountMinor, lasts } = bundle
  const sum = amountMinor === null ? null : decimal(amountMinor, currency!)
  return said({
    ...{ slug, name, summary },
    members: members.map(({ productId, cycles }) =>
      said({ product: slugs.get(productId), cycles: cycles.map(wordOf) }),
    ),
    percent: percentPpm === null ? null : percent(percentPpm),
    ...(kind === 'fixed' ? { amount: sum } : { price: sum }),
    ...{ currency, lasts },
  })
}

function giftOut(gift: Gift, slugs: ReadonlyMap<string, string>): Out {
  const { giverId, giverCycles, givenId, givenCycles, percentPpm, lasts } = gift
  return said({
    product: slugs.get(giverId),
    cycles: giverCycles.map(wordOf),
    gives: slugs.get(givenId),
    gives_cycles: givenCycles.map(wordOf),
    percent: percent(percentPpm),
    lasts,
  })
}
