import { Type, type Static } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql, type Queries, type Trx } from '../db/index.ts'
import {
  cycle,
  invalidInput,
  isoDate,
  NotFound,
  type Actor,
  type Cycle,
  type IsoDate,
} from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { Amount, CurrencyCode, CycleText, Day, exactly, Id } from './inputs.ts'
import { findPriceList } from './price-lists.ts'
import { priceAt } from './prices.ts'
import { reachBrand, reachOption, reachProduct, reachValue, type BrandFacts } from './reach.ts'
import { toPrice, type PriceRow } from './rows.ts'
import { readAmount } from './rules.ts'
import { schemeOf, SchemeText, unitOf } from './scheme-input.ts'
import { storeScheme, type Scheme } from './schemes.ts'

/**
 * Sets what a product, option or value costs from a day on, today when none is named. It is a new version beside the
 * old ones: services keep the version that they were sold at. Answers its id, or null when the price is so already.
 */
export const setPrice = defineVerb(
  {
    permission: 'price.set',
    audience: ['staff'],
    input: exactly({
      owner_id: Id,
      cycle: CycleText,
      currency: CurrencyCode,
      /** One of both: a sum, or the steps of an option's price. */
      amount: Type.Optional(Amount),
      scheme: Type.Optional(SchemeText),
      setup: Type.Optional(Amount),
      valid_from: Type.Optional(Day),
      /** Absent: the default price. */
      list_id: Type.Optional(Id),
    }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const brand = await reachOwner(trx, actor, input.owner_id)
      const today = means.business.today(brand.zone)
      const price = newPrice(input, brand, today)
      if (price.scheme) await demandCounted(trx, input.owner_id)
      if (input.list_id) await refuseForeignList(trx, actor, { id: input.list_id, brandId: brand.id })
      return putPrice(means, trx, price, actor)
    }),
)

export interface NewPrice {
  brandId: string
  ownerId: string
  cycle: Cycle
  currency: string
  amountMinor: bigint
  setupMinor: bigint
  validFrom: IsoDate
  listId?: string | null
  /** Steps of an option's price; the amount is then what one unit costs. */
  scheme?: Scheme | null
}

/** Writes the version unless the one in force on its day says the same. */
export async function putPrice(
  means: Means,
  trx: Trx,
  price: NewPrice,
  actor: Actor,
): Promise<string | null> {
  const { ownerId, currency, validFrom, listId = null } = price
  const rows = await trx.all<PriceRow>(sql`
    select id, owner_id, cycle, currency, amount_minor, setup_minor, valid_from, list_id, scheme from prices
    where owner_id = ${ownerId} and cycle = ${price.cycle} and currency = ${currency} and retired_at is null
      and coalesce(list_id, '') = ${listId ?? ''}`)
  const old = priceAt(rows.map(toPrice), { cycle: price.cycle, currency, day: validFrom })
  const scheme = price.scheme ? storeScheme(price.scheme) : null
  const same = old && (old.scheme ? storeScheme(old.scheme) : null) === scheme
  if (same && old.amountMinor === price.amountMinor && old.setupMinor === price.setupMinor) return null
  const now = means.business.now()
  if (old?.validFrom === validFrom)
    await trx.run(sql`update prices set retired_at = ${now} where id = ${old.id}`)
  const id = means.newId('prc')
  const terms = { owner_id: ownerId, cycle: price.cycle, currency, valid_from: validFrom, list_id: listId }
  const amounts = { amount_minor: price.amountMinor, setup_minor: price.setupMinor, scheme }
  await trx.insert('prices', [{ id, ...terms, ...amounts, created_at: now }])
  await recordAudit(means, trx, actor, [
    {
      action: 'price.set',
      subject: ownerId,
      brandId: price.brandId,
      before: old && { price_id: old.id, amount_minor: old.amountMinor, setup_minor: old.setupMinor },
      after: { price_id: id, ...terms, ...amounts },
    },
  ])
  return id
}

/** Steps need something to count: a quantity or a number. */
async function demandCounted(trx: Trx, ownerId: string): Promise<void> {
  const option = await trx.get<{ kind: string }>(sql`select kind from options where id = ${ownerId}`)
  if (option?.kind !== 'quantity' && option?.kind !== 'number')
    throw invalidInput({ scheme: 'is for options of the kinds quantity and number only' })
}

async function refuseForeignList(
  trx: Trx,
  actor: Actor,
  { id, brandId }: { id: string; brandId: string },
): Promise<void> {
  const list = await findPriceList(trx, actor, id)
  if (list.brand_id !== brandId) throw NotFound({ what: 'price list', id })
  if (list.retired_at !== null) throw invalidInput({ list_id: 'is retired' })
}

/** The brand whose product, option or value this is. */
export async function reachOwner(queries: Queries, actor: Actor, ownerId: string): Promise<BrandFacts> {
  const reach = { prd: reachProduct, opt: reachOption, opv: reachValue }[ownerId.slice(0, 3)]
  if (!reach) throw NotFound({ what: 'product, option or value', id: ownerId })
  const { brand_id } = await reach(queries, actor, ownerId)
  return reachBrand(queries, actor, brand_id)
}

interface PriceInput {
  owner_id: string
  cycle: string
  currency: string
  amount?: string
  scheme?: Static<typeof SchemeText>
  setup?: string
  valid_from?: string
  list_id?: string
}

function newPrice(input: PriceInput, brand: BrandFacts, today: IsoDate): NewPrice {
  const fields: Record<string, string> = {}
  if (!brand.currencies.includes(input.currency))
    fields.currency = `is not a currency of this brand, which sells in ${brand.currencies.join(', ')}`
  const scheme = input.scheme ? schemeOf(input.scheme, input.currency, fields) : null
  const amount = scheme ? unitOf(scheme) : readAmount(input.amount ?? '', input.currency)
  if ((input.amount === undefined) === (input.scheme === undefined))
    fields.amount = 'is given, or else the steps of a scheme'
  const setup = readAmount(input.setup ?? '0', input.currency)
  if (typeof amount !== 'bigint') fields.amount = amount.problem
  if (input.cycle === 'free' && amount !== 0n) fields.amount = 'must be 0 where the cycle is free'
  if (typeof setup !== 'bigint') fields.setup = setup.problem
  const validFrom = input.valid_from ? isoDate(input.valid_from) : today
  if (validFrom < today)
    fields.valid_from = `must not be before today, ${today}: what was sold stays as it was`
  if (typeof amount !== 'bigint' || typeof setup !== 'bigint' || Object.keys(fields).length > 0)
    throw invalidInput(fields)
  const { owner_id: ownerId, currency } = input
  return {
    brandId: brand.id,
    ownerId,
    currency,
    cycle: cycle(input.cycle),
    amountMinor: amount,
    setupMinor: setup,
    scheme,
    validFrom,
    listId: input.list_id ?? null,
  }
}
