import { list, sql, type Queries } from '../db/index.ts'
import { assert, type IsoDate } from '../kernel/index.ts'
import { readTerms } from './billing-terms.ts'
import { rulesOfSellers } from './tax-rules-of.ts'
import { loadTexts } from './texts/load-texts.ts'
import type { BillFrom, BillTo } from './plan-invoice.ts'
import type { RoundingPlace } from './tax.ts'
import type { Exemption, TaxRule } from './taxes-for.ts'

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
  tax_rounding: RoundingPlace
}

/** Sellers by brand with the tax rules that may fit the buyers: two statements, whatever the number of brands. */
export async function loadSellers(
  queries: Queries,
  brandIds: readonly string[],
  clientIds: readonly string[],
): Promise<Map<string, BillFrom>> {
  const rows = await queries.all<BrandSeller>(sql`
    select b.id as brand_id, b.name as brand_name, b.zone, b.prices_include_tax, s.id as seller_id, s.name, s.address, s.country, s.region, s.tax_id, s.email, s.legal_text, s.tax_rounding
    from brands b join sellers s on s.id = b.seller_id where b.id in (${list(brandIds)})`)
  const rules = await rulesOfSellers(
    queries,
    rows.map((row) => row.seller_id),
    clientIds,
  )
  const texts = await loadTexts(queries, brandIds)
  return new Map(
    rows.map((row) => {
      const own = rules.filter((rule) => rule.seller_id === row.seller_id)
      return [row.brand_id, { ...sellerOf(row, own), texts: texts.get(row.brand_id) ?? [] }]
    }),
  )
}

export async function loadSeller(queries: Queries, brandId: string, clientId: string): Promise<BillFrom> {
  const seller = (await loadSellers(queries, [brandId], [clientId])).get(brandId)
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
    taxRounding: row.tax_rounding,
    zone: row.zone,
    taxRules,
  }
}

/** Clients with the papers by which they owe no tax: one statement. */
export async function loadBuyers(
  queries: Queries,
  clientIds: readonly string[],
): Promise<Map<string, BillTo>> {
  const rows = await queries.all<Omit<BillTo, 'terms'> & ExemptionColumns & { brand_id: string }>(sql`
    select c.id, c.brand_id, c.name, c.company, c.email, c.address_1, c.address_2, c.city, c.region, c.postcode, c.country, c.tax_id, c.tax_exempt,
      c.buyer_reference, c.electronic_address, c.tax_id_valid_for, c.tax_id_valid_through, c.tax_id_checked_at, c.auto_charge, c.separate_invoices, c.currency_fixed, c.locale,
      e.number as paper, e.authority, e.country as paper_country, e.tax_classes, e.starts_on, e.ends_on
    from clients c left join tax_exemptions e on e.client_id = c.id and e.withdrawn_at is null
    where c.id in (${list(clientIds)}) order by e.starts_on, e.id`)
  const termsOf = await readTerms(queries, rows)
  const buyers = new Map<string, BillTo & { exemptions: Exemption[] }>()
  for (const { paper, authority, paper_country, tax_classes, starts_on, ends_on, ...row } of rows) {
    const buyer = buyers.get(row.id) ?? { ...row, terms: termsOf(row), exemptions: [] }
    buyers.set(row.id, buyer)
    if (paper === null) continue
    const taxClasses = JSON.parse(tax_classes) as string[]
    buyer.exemptions.push({
      number: paper,
      authority,
      country: paper_country,
      taxClasses,
      starts_on,
      ends_on,
    })
  }
  return buyers
}

/** Null, all of them, where the client has no paper. */
interface ExemptionColumns {
  paper: string | null
  authority: string
  paper_country: string | null
  tax_classes: string
  starts_on: IsoDate
  ends_on: IsoDate | null
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
    ...(buyer.buyer_reference ? { buyer_reference: buyer.buyer_reference } : {}),
    ...(buyer.electronic_address ? { electronic_address: buyer.electronic_address } : {}),
  })
}
