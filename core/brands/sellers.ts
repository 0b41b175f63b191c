import { isCurrency, Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { all, list, sql, type Queries, type Row, type Sql, type Trx } from '../db/index.ts'
import { invalidInput, NotFound, type Actor } from '../kernel/index.ts'
import { requireConfirmed } from '../identity/index.ts'
import { defineVerb, updateVersioned, type Means } from '../records/index.ts'
import { accountingCurrencyOf } from './accounting-currency.ts'
import { requireCountry } from './countries.ts'
import type { Seller, SellerAddress } from './rows.ts'
import { SellerInput } from './shapes.ts'

export const listSellers = defineVerb(
  { permission: 'seller.list', audience: ['staff'], input: Type.Object({}) },
  (means: Means, _input, actor): Promise<Seller[]> => selectSellers(means.db, reachable(actor)),
)

export const readSeller = defineVerb(
  { permission: 'seller.read', audience: ['staff'], input: Type.Object({ seller_id: Type.String() }) },
  (means: Means, { seller_id }, actor): Promise<Seller> => findReachableSeller(means.db, actor, seller_id),
)

/** Issued documents keep the seller as it was. */
export const changeSeller = defineVerb(
  {
    permission: 'seller.change',
    audience: ['staff'],
    input: Type.Object({
      seller_id: Type.String(),
      version: Type.Optional(Type.Integer()),
      set: Type.Partial(SellerInput),
    }),
  },
  async (means: Means, { seller_id, version, set }, actor): Promise<Seller> =>
    means.db.transaction(async (trx) => {
      const seller = await findReachableSeller(trx, actor, seller_id)
      const columns = columnsOf({ ...seller, ...set })
      if (isSensitive(seller, columns)) requireConfirmed(means, actor)
      requireCountry(columns.country)
      requireCurrency(columns.accounting_currency)
      const row = { id: seller.id, version: version ?? seller.version }
      await updateVersioned(means, trx, { table: 'sellers', what: 'seller', row, set: columns })
      await recordAudit(means, trx, actor, [
        { action: 'seller.change', subject: seller.id, before: seller, after: columns },
      ])
      return findSeller(trx, seller.id)
    }),
)

function requireCurrency(code: string | null): void {
  if (code !== null && !isCurrency(code))
    throw invalidInput({ accounting_currency: `"${code}" is not a currency code of ISO 4217` })
}

/** Who takes the money, under which tax number, and what documents say of accounts and register. */
const isSensitive = (seller: Seller, columns: ReturnType<typeof columnsOf>): boolean =>
  (['name', 'tax_id', 'legal_text'] as const).some((name) => columns[name] !== seller[name])

export interface NewSeller {
  name: string
  address: SellerAddress
  country: string
  region?: string | null
  tax_id?: string | null
  email: string
  legal_text?: string | null
  tax_rounding?: 'document' | 'line'
  untaxed_price?: 'net' | 'stated'
  /** Absent: that of its country, where one is known. */
  accounting_currency?: string | null
}

export async function addSeller(means: Means, trx: Trx, wanted: NewSeller): Promise<Seller> {
  requireCountry(wanted.country)
  requireCurrency(wanted.accounting_currency ?? null)
  const id = means.newId('sel')
  const now = means.business.now()
  await trx.insert('sellers', [{ id, ...columnsOf(wanted), created_at: now, updated_at: now }])
  return findSeller(trx, id)
}

export async function findSeller(queries: Queries, id: string): Promise<Seller> {
  const [seller] = await selectSellers(queries, sql`s.id = ${id}`)
  if (!seller) throw NotFound({ what: 'seller', id })
  return seller
}

/** The seller when one of the actor's brands sells for it. */
export async function findReachableSeller(queries: Queries, actor: Actor, id: string): Promise<Seller> {
  const [seller] = await selectSellers(queries, all([sql`s.id = ${id}`, reachable(actor)]))
  if (!seller) throw NotFound({ what: 'seller', id })
  return seller
}

function reachable(actor: Actor): Sql {
  if (actor.kind === 'system' || actor.brandIds === 'all') return sql`1 = 1`
  return sql`s.id in (select seller_id from brands where id in (${list(actor.brandIds)}))`
}

function columnsOf(seller: NewSeller) {
  return {
    name: seller.name,
    address: JSON.stringify(seller.address),
    country: seller.country,
    region: seller.region ?? null,
    tax_id: seller.tax_id ?? null,
    email: seller.email,
    legal_text: seller.legal_text ?? null,
    tax_rounding: seller.tax_rounding ?? 'document',
    untaxed_price: seller.untaxed_price ?? 'net',
    accounting_currency:
      seller.accounting_currency === undefined
        ? accountingCurrencyOf(seller.country)
        : seller.accounting_currency,
  }
}

async function selectSellers(queries: Queries, condition: Sql): Promise<Seller[]> {
  const rows = await queries.all<Row & Omit<Seller, 'address'>>(
    sql`select s.* from sellers s where ${condition} order by s.id`,
  )
  return rows.map((row) => ({ ...row, address: JSON.parse(row.address as string) as SellerAddress }))
}
