import { list, sql, type Queries } from '../db/index.ts'
import { assert } from '../kernel/index.ts'
import { TERM_KEYS, termsIn } from './billing-terms.ts'
import { loadBrandFacts } from './texts/load-brand-facts.ts'
import type { BillFrom, BillTo } from './plan-invoice.ts'
import type { TaxRule } from './tax.ts'

interface BrandSeller {
  brand_id: string
  brand_name: string
  zone: string
  prices_include_tax: number
  seller_id: string
  name: string
  address: string
  country: string
  region: string | null
  tax_id: string | null
  email: string
  legal_text: string | null
}

/** Sellers by brand with their tax rules: two statements, whatever the number of brands. */
export async function loadSellers(
  queries: Queries,
  brandIds: readonly string[],
): Promise<Map<string, BillFrom>> {
  const rows = await queries.all<BrandSeller>(sql`
    select b.id as brand_id, b.name as brand_name, b.zone, b.prices_include_tax, s.id as seller_id, s.name, s.address, s.country, s.region, s.tax_id, s.email, s.legal_text
    from brands b join sellers s on s.id = b.seller_id where b.id in (${list(brandIds)})`)
  const rules = await queries.all<TaxRule & { seller_id: string }>(sql`
    select seller_id, country, region, tax_class, name, rate_ppm, level, compound, starts_on, ends_on from tax_rules
    where seller_id in (${list(rows.map((row) => row.seller_id))}) order by starts_on desc, id`)
  const factsOf = await loadBrandFacts(queries, brandIds)
  return new Map(
    rows.map((row) => {
      const own = rules.filter((rule) => rule.seller_id === row.seller_id)
      return [row.brand_id, { ...sellerOf(row, own), ...factsOf(row.brand_id) }]
    }),
  )
}

export async function loadSeller(queries: Queries, brandId: string): Promise<BillFrom> {
  const seller = (await loadSellers(queries, [brandId])).get(brandId)
  assert(seller, `brand ${brandId} has a seller`)
  return seller
}

function sellerOf(row: BrandSeller, taxRules: readonly TaxRule[]): Omit<BillFrom, 'texts' | 'terms'> {
  const { name, country, region, tax_id, email, legal_text } = row
  return {
    brandId: row.brand_id,
    brandName: row.brand_name,
    sellerId: row.seller_id,
    sellerJson: JSON.stringify({
      brand: row.brand_name,
      name,
      address: JSON.parse(row.address) as unknown,
      country,
      region,
      tax_id,
      email,
      legal_text,
    }),
    pricesIncludeTax: row.prices_include_tax === 1,
    zone: row.zone,
    taxRules,
  }
}

/** A client's own terms go before those of its group, which come first. */
export async function loadBuyers(
  queries: Queries,
  clientIds: readonly string[],
): Promise<Map<string, BillTo>> {
  const rows = await queries.all<Omit<BillTo, 'own'> & { key: string | null; value: string | null }>(sql`
    select c.id, c.name, c.company, c.email, c.address_1, c.address_2, c.city, c.region, c.postcode, c.country, c.tax_id,
      c.tax_exempt, c.auto_charge, c.separate_invoices, c.currency_fixed, c.locale, t.key, t.value
    from clients c left join settings t on t.key in (${list(TERM_KEYS)})
      and ((t.scope = 'client' and t.scope_id = c.id) or (t.scope = 'client_group' and t.scope_id = c.client_group_id))
    where c.id in (${list(clientIds)}) order by c.id, t.scope desc`)
  const buyers = new Map<string, BillTo>()
  for (const { key, value, ...row } of rows) {
    const buyer = buyers.get(row.id) ?? { ...row, own: {} }
    if (key !== null && value !== null) buyer.own = { ...buyer.own, ...termsIn([{ key, value }]) }
    buyers.set(row.id, buyer)
  }
  return buyers
}

/** The buyer's part of the document, frozen as JSON. */
export function buyerJson(buyer: BillTo): string {
  const { name, company, email, address_1, address_2, city, region, postcode, country, tax_id } = buyer
  return JSON.stringify({
    name,
    company,
    email,
    address_1,
    address_2,
    city,
    region,
    postcode,
    country,
    tax_id,
  })
}
