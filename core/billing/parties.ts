import { list, madeOnce, sql, type Queries } from '../db/index.ts'
import { assert, type IsoDate } from '../kernel/index.ts'
import { TERM_KEYS, termsIn } from './billing-terms.ts'
import { mayFit, RULE, RULES_IN_ORDER, type RuleColumns } from './tax-rules-of.ts'
import { loadBrandFacts, type BrandFacts } from './texts/load-brand-facts.ts'
import { frozenLayout, type DocumentLayout } from './layout/document-layout.ts'
import type { BillFrom, BillTo } from './plan-invoice.ts'
import type { RoundingPlace, UntaxedPrice } from './tax.ts'
import type { Exemption, TaxRule } from './taxes-for.ts'

interface BrandSeller {
  brand_id: string
  brand_name: string
  colour: string | null
  zone: string
  prices_include_tax: number
  seller_id: string
  seller_name: string
  address: string
  seller_country: string
  seller_region: string | null
  tax_id: string | null
  email: string
  legal_text: string | null
  tax_rounding: RoundingPlace
  untaxed_price: UntaxedPrice
  accounting_currency: string | null
}

/** Sellers by brand with the tax rules that may fit the buyers: two statements, whatever the number of brands. */
export async function loadSellers(
  queries: Queries,
  brandIds: readonly string[],
  clientIds: readonly string[],
): Promise<ReadonlyMap<string, BillFrom>> {
  const rows = await queries.all<BrandSeller & RuleColumns>(sql`
    select b.id as brand_id, b.name as brand_name, b.colour, b.zone, b.prices_include_tax, s.id as seller_id, s.name as seller_name, s.address,
      s.country as seller_country, s.region as seller_region, s.tax_id, s.email, s.legal_text, s.tax_rounding, s.untaxed_price, s.accounting_currency, ${RULE}
    from brands b join sellers s on s.id = b.seller_id left join tax_rules r on r.seller_id = s.id and ${mayFit(clientIds)}
    where b.id in (${list(brandIds)}) order by ${RULES_IN_ORDER}`)
  return sellersOf({ rows, factsOf: await loadBrandFacts(queries, brandIds) })
}

interface SellerRows {
  rows: readonly (BrandSeller & RuleColumns)[]
  factsOf: (brandId: string) => BrandFacts
}

const sellersOf = madeOnce(({ rows, factsOf }: SellerRows): Map<string, BillFrom> => {
  const ofBrands = Map.groupBy(rows, (row) => row.brand_id)
  return new Map(
    [...ofBrands].map(([brandId, own]) => {
      const { eInvoice, layout, ...facts } = factsOf(brandId)
      return [brandId, { ...sellerOf(own[0]!, rulesIn(own), { eInvoice, layout }), ...facts }]
    }),
  )
})

const rulesIn = (rows: readonly RuleColumns[]): readonly TaxRule[] =>
  rows.filter(({ rule_id }) => rule_id !== null)

export async function loadSeller(queries: Queries, brandId: string, clientId: string): Promise<BillFrom> {
  const seller = (await loadSellers(queries, [brandId], [clientId])).get(brandId)
  assert(seller, `brand ${brandId} has a seller`)
  return seller
}

function sellerOf(
  row: BrandSeller,
  taxRules: readonly TaxRule[],
  { eInvoice, layout }: { eInvoice: object | null; layout: DocumentLayout | null },
): Omit<BillFrom, 'texts' | 'terms' | 'taxPlugin'> {
  const { seller_name: name, seller_country: country, seller_region: region, tax_id, email, legal_text } = row
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
      ...(eInvoice ? { e_invoice: eInvoice } : {}),
      ...(layout ? { layout: frozenLayout(layout, row.colour) } : {}),
    }),
    pricesIncludeTax: row.prices_include_tax === 1,
    taxRounding: row.tax_rounding,
    untaxedPrice: row.untaxed_price,
    accountingCurrency: row.accounting_currency,
    home: { country, region },
    zone: row.zone,
    taxRules,
  }
}

/**
 * Clients with the papers by which they owe no tax and the terms of their own, which go before those of their group: one
 * statement. A paper comes once for each term.
 */
export async function loadBuyers(
  queries: Queries,
  clientIds: readonly string[],
): Promise<ReadonlyMap<string, BillTo>> {
  const rows = await queries.all<BuyerRow>(sql`
    select c.id, c.name, c.company, c.email, c.address_1, c.address_2, c.city, c.region, c.postcode, c.country, c.tax_id, c.tax_exempt,
      c.buyer_reference, c.electronic_address, c.tax_id_valid_for, c.tax_id_valid_through, c.tax_id_checked_at, c.auto_charge, c.separate_invoices, c.currency_fixed, c.locale,
      e.id as paper_id, e.number as paper, e.authority, e.country as paper_country, e.tax_classes, e.starts_on, e.ends_on, t.key, t.value
    from clients c left join tax_exemptions e on e.client_id = c.id and e.withdrawn_at is null
      left join settings t on t.key in (${list(TERM_KEYS)})
      and ((t.scope = 'client' and t.scope_id = c.id) or (t.scope = 'client_group' and t.scope_id = c.client_group_id))
    where c.id in (${list(clientIds)}) order by c.id, e.starts_on, e.id, t.scope desc`)
  return buyersOf({ rows })
}

type BuyerRow = Omit<BillTo, 'own' | 'exemptions'> & PaperColumns & TermColumns

const buyersOf = madeOnce(({ rows }: { rows: readonly BuyerRow[] }): Map<string, BillTo> => {
  const buyers = new Map<string, BillTo & { exemptions: Exemption[] }>()
  const papers = new Set<string>()
  for (const row of rows) {
    const {
      key,
      value,
      paper_id,
      paper,
      authority,
      paper_country,
      tax_classes,
      starts_on,
      ends_on,
      ...facts
    } = row
    const buyer = buyers.get(row.id) ?? { ...facts, own: {}, exemptions: [] }
    buyers.set(row.id, buyer)
    if (key !== null && value !== null) buyer.own = { ...buyer.own, ...termsIn([{ key, value }]) }
    if (paper_id === null || papers.has(paper_id)) continue
    papers.add(paper_id)
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
})

interface TermColumns {
  key: string | null
  value: string | null
}

/** Null, all of them, where the client has no paper. */
interface PaperColumns {
  paper_id: string | null
  paper: string
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
