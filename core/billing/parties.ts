import { list, sql, type Queries } from '../db/index.ts'
import { assert } from '../kernel/index.ts'
import { readTerms } from './billing-terms.ts'
import { loadTexts } from './texts/load-texts.ts'
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
  const texts = await loadTexts(queries, brandIds)
  return new Map(
    rows.map((row) => {
      const own = rules.filter((rule) => rule.seller_id === row.seller_id)
      return [row.brand_id, { ...sellerOf(row, own), texts: texts.get(row.brand_id) ?? [] }]
    }),
  )
}

export async function loadSeller(queries: Queries, brandId: string): Promise<BillFrom> {
  const seller = (await loadSellers(queries, [brandId])).get(brandId)
  assert(seller, `brand ${brandId} has a seller`)
  return seller
}

function sellerOf(row: BrandSeller, taxRules: readonly TaxRule[]): Omit<BillFrom, 'texts'> {
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

export async function loadBuyers(
  queries: Queries,
  clientIds: readonly string[],
): Promise<Map<string, BillTo>> {
  const rows = await queries.all<Omit<BillTo, 'terms'> & { brand_id: string }>(sql`
    select id, brand_id, name, company, email, address_1, address_2, city, region, postcode, country, tax_id, tax_exempt, auto_charge, separate_invoices, currency_fixed, locale
    from clients where id in (${list(clientIds)})`)
  const termsOf = await readTerms(queries, rows)
  return new Map(rows.map((row) => [row.id, { ...row, terms: termsOf(row) }]))
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
