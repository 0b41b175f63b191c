import { list, sql, type Queries, type Sql } from '../db/index.ts'
import type { CashStep } from './cash-rounding.ts'
import { cashRoundingSteps, taxPlugin } from './settings.ts'
import type { RoundingPlace, UntaxedPrice } from './tax.ts'
import { postcodeKey, type TaxBuyer, type TaxRule } from './taxes-for.ts'

/** The columns of a rule, of tax_rules as "r" and its seller as "s". */
export const RULE = sql`
  r.id as rule_id, r.country, r.region, r.tax_class, r.name, r.rate_ppm, r.level, r.compound, r.starts_on, r.ends_on, r.buyer_kind,
  r.treatment, r.notes, r.base_numerator, r.base_denominator, r.round_whole, r.round_down, r.postcode_from, r.postcode_to,
  coalesce(r.owed_to, nullif(r.country, '*'), s.country) as owed_to`

/** Of two rules that fit alike the younger one stands first. */
export const RULES_IN_ORDER = sql`r.starts_on desc, r.id`

/** Beside its seller: of one without any rule all columns of a rule are null. */
export type RuleColumns = TaxRule & { rule_id: string | null }

/** A postcode as rules compare it: without blanks and hyphens, in capitals. */
const plainPostcode = sql`replace(replace(upper(c.postcode), ' ', ''), '-', '')`

/** Of the rates by postcode, which may be a hundred thousand, only those of the places where the clients live. */
export const mayFit = (clientIds: readonly string[]): Sql => sql`
  (r.postcode_from is null or exists (
    select 1 from clients c where c.id in (${list(clientIds)}) and c.country = r.country and (r.region is null or r.region = c.region)
    and substr(${plainPostcode}, 1, length(r.postcode_from)) >= r.postcode_from
    and substr(${plainPostcode}, 1, length(r.postcode_to)) <= r.postcode_to))`

export interface PlaceRules {
  rules: TaxRule[]
  rounding: RoundingPlace
  untaxedPrice: UntaxedPrice
  /** Where the seller is. */
  home: Pick<TaxBuyer, 'country' | 'region'>
  /** Instance that determines taxes for the brand instead; empty where the rules do. */
  plugin: string
  /** What the brand rounds sums to pay to. */
  cashSteps: readonly CashStep[]
}

/** The rules of a seller that may fit a buyer of this place, client or not, or one at home, and how it taxes: one statement. */
export async function rulesForPlace(
  queries: Queries,
  { sellerId, brandId = null }: { sellerId: string; brandId?: string | null },
  { country, postcode }: Pick<TaxBuyer, 'country' | 'postcode'>,
): Promise<PlaceRules> {
  const plain = postcodeKey(postcode ?? '')
  const rows = await queries.all<PlaceRow>(sql`
    select s.tax_rounding, s.untaxed_price, s.country as home_country, s.region as home_region, ${ownOf(brandId, taxPlugin.key)} as plugin, ${ownOf(brandId, cashRoundingSteps.key)} as cash_steps, ${RULE} from sellers s left join tax_rules r on r.seller_id = s.id and (r.country in (${list([country, '*'])}) or r.country = s.country)
    and (r.postcode_from is null or (substr(${plain}, 1, length(r.postcode_from)) >= r.postcode_from and substr(${plain}, 1, length(r.postcode_to)) <= r.postcode_to))
    where s.id = ${sellerId} order by ${RULES_IN_ORDER}`)
  return {
    rules: rows.filter(({ rule_id }) => rule_id !== null),
    rounding: rows[0]?.tax_rounding ?? 'document',
    untaxedPrice: rows[0]?.untaxed_price ?? 'stated',
    home: { country: rows[0]?.home_country ?? country, region: rows[0]?.home_region ?? null },
    plugin: JSON.parse(rows[0]?.plugin ?? '""') as string,
    cashSteps: JSON.parse(rows[0]?.cash_steps ?? '[]') as CashStep[],
  }
}

type PlaceRow = RuleColumns & {
  tax_rounding: RoundingPlace
  untaxed_price: UntaxedPrice
  home_country: string
  home_region: string | null
  plugin: string | null
  cash_steps: string | null
}

/** As readSetting has it: the brand's own value before that of the installation. */
const ownOf = (brandId: string | null, key: string): Sql =>
  brandId === null
    ? sql`cast(null as text)`
    : sql`(select value from settings where key = ${key} and ((scope = 'brand' and scope_id = ${brandId}) or scope = 'installation') order by scope limit 1)`
