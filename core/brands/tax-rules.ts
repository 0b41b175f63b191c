import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql, type Queries, type Trx } from '../db/index.ts'
import { invalidInput, isoDate, NotFound, type Actor, type IsoDate } from '../kernel/index.ts'
import { defineVerb, updateVersioned, type Means } from '../records/index.ts'
import { atField, TaxNameTaken, TaxNameTreated, TaxRuleInEffect, TaxRuleOverlaps } from './errors.ts'
import type { TaxRule } from './rows.ts'
import { findReachableSeller } from './sellers.ts'
import { Day, optionalDay, requireOrder, Rule, ruleRow, type NewRule } from './tax-rule-shape.ts'

export const listTaxRules = defineVerb(
  { permission: 'tax_rule.list', audience: ['staff'], input: Type.Object({ seller_id: Type.String() }) },
  /** Rates by postcode are left out: they come from a table and may be many. */
  async (means: Means, { seller_id }, actor): Promise<TaxRule[]> => {
    await findReachableSeller(means.db, actor, seller_id)
    return means.db.all<TaxRule>(sql`
      select * from tax_rules where seller_id = ${seller_id} and postcode_from is null
      order by country, coalesce(region, ''), tax_class, level, buyer_kind, name, starts_on, id`)
  },
)

export const readTaxRule = defineVerb(
  { permission: 'tax_rule.read', audience: ['staff'], input: Type.Object({ tax_rule_id: Type.String() }) },
  (means: Means, { tax_rule_id }, actor): Promise<TaxRule> => findRule(means.db, actor, tax_rule_id),
)

/**
 * Rules of different levels add up; on one level the narrowest one holds, and of those for one place, class and kind of
 * buyer there is one a day.
 */
export const createTaxRule = defineVerb(
  {
    permission: 'tax_rule.create',
    audience: ['staff'],
    input: Type.Object({ seller_id: Type.String(), ...Rule }),
  },
  async (means: Means, input, actor): Promise<{ id: string }> => {
    const row = ruleRow(means.newId('tax'), input.seller_id, input)
    await means.db.transaction(async (trx) => {
      await findReachableSeller(trx, actor, row.seller_id)
      await refuseOverlap(trx, row)
      const now = means.business.now()
      await trx.insert('tax_rules', [{ ...row, created_at: now, updated_at: now }])
      await recordAudit(means, trx, actor, [{ action: 'tax_rule.create', subject: row.id, after: row }])
    })
    return { id: row.id }
  },
)

/** All of a rule may change until its first day; from then on only its end. */
export const changeTaxRule = defineVerb(
  {
    permission: 'tax_rule.change',
    audience: ['staff'],
    input: Type.Object({
      tax_rule_id: Type.String(),
      name: Type.Optional(Rule.name),
      rate_ppm: Type.Optional(Rule.rate_ppm),
      starts_on: Type.Optional(Day),
      ends_on: Rule.ends_on,
    }),
  },
  async (means: Means, input, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const rule = await findRule(trx, actor, input.tax_rule_id)
      const set = {
        name: input.name ?? rule.name,
        rate_ppm: input.rate_ppm ?? rule.rate_ppm,
        starts_on: input.starts_on ? isoDate(input.starts_on) : rule.starts_on,
        ends_on: input.ends_on === undefined ? rule.ends_on : optionalDay(input.ends_on),
      }
      const kept =
        set.name === rule.name && set.rate_ppm === rule.rate_ppm && set.starts_on === rule.starts_on
      if (isInEffect(means, rule) && !kept) throw TaxRuleInEffect({ starts_on: rule.starts_on })
      requireOrder(set)
      if (rule.treatment !== 'standard' && set.rate_ppm !== 0)
        throw invalidInput({ rate_ppm: `must be 0 where the treatment is ${rule.treatment}` })
      if (!kept || !within(set, rule)) await refuseOverlap(trx, { ...rule, ...set })
      await updateVersioned(means, trx, { table: 'tax_rules', what: 'tax rule', row: rule, set })
      await recordAudit(means, trx, actor, [
        { action: 'tax_rule.change', subject: rule.id, before: rule, after: set },
      ])
    }),
)

export const deleteTaxRule = defineVerb(
  {
    permission: 'tax_rule.delete',
    audience: ['staff'],
    input: Type.Object({ tax_rule_id: Type.String() }),
  },
  async (means: Means, { tax_rule_id }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const rule = await findRule(trx, actor, tax_rule_id)
      if (isInEffect(means, rule)) throw TaxRuleInEffect({ starts_on: rule.starts_on })
      await trx.run(sql`delete from tax_rules where id = ${rule.id}`)
      await recordAudit(means, trx, actor, [{ action: 'tax_rule.delete', subject: rule.id, before: rule }])
    }),
)

/** The rules of a seller that hold on a day, for all places: what pricing and invoicing read. */
export function taxRulesOn(queries: Queries, sellerId: string, day: IsoDate): Promise<TaxRule[]> {
  return queries.all<TaxRule>(sql`
    select * from tax_rules where seller_id = ${sellerId} and starts_on <= ${day} and (ends_on is null or ends_on > ${day})
    order by country, region, tax_class, level, name, id`)
}

/** Somewhere on earth the day begins 14 hours before it does in UTC, so a rule counts as begun a day early. */
function isInEffect(means: Means, rule: TaxRule): boolean {
  return rule.starts_on <= means.business.today('Pacific/Kiritimati')
}

async function findRule(queries: Queries, actor: Actor, id: string): Promise<TaxRule> {
  const rule = await queries.get<TaxRule>(sql`select * from tax_rules where id = ${id}`)
  if (!rule) throw NotFound({ what: 'tax rule', id })
  await findReachableSeller(queries, actor, rule.seller_id)
  return rule
}

/** A rule that only holds for fewer days than before gets in nobody's way. */
function within(set: { starts_on: string; ends_on: string | null }, rule: TaxRule): boolean {
  const last = rule.ends_on ?? '9999-12-31'
  return set.starts_on >= rule.starts_on && (set.ends_on ?? '9999-12-31') <= last
}

/** The rule that stands in the way of another one, and why. */
interface Rival {
  id: string
  name: string
  level: number
  treatment: string
  clash: 'days' | 'level' | 'treatment'
}

/**
 * Documents tell taxes apart by name and rate, so a name keeps to one level of a country, and with one rate to one
 * treatment.
 */
export async function rivalOf(queries: Queries, rule: NewRule): Promise<Rival | undefined> {
  const sameDays = sql`starts_on < ${rule.ends_on ?? '9999-12-31'} and (ends_on is null or ends_on > ${rule.starts_on})`
  const samePostcodes =
    rule.postcode_from === null
      ? sql`postcode_from is null`
      : sql`postcode_from <= ${rule.postcode_to!} and postcode_to >= ${rule.postcode_from}`
  // A rule for everywhere else may stand on a document beside one of any country.
  const together = rule.country === '*' ? sql`1 = 1` : sql`country in (${rule.country}, '*')`
  return queries.get<Rival>(sql`
    select id, name, level, treatment,
      case when level <> ${rule.level} then 'level' when treatment <> ${rule.treatment} and name = ${rule.name} and rate_ppm = ${rule.rate_ppm} then 'treatment' else 'days' end as clash
    from tax_rules
    where seller_id = ${rule.seller_id} and id <> ${rule.id} and (
      (country = ${rule.country} and level <> ${rule.level} and name = ${rule.name})
      or (${together} and name = ${rule.name} and rate_ppm = ${rule.rate_ppm} and treatment <> ${rule.treatment})
      or (country = ${rule.country} and level = ${rule.level} and coalesce(region, '') = ${rule.region ?? ''} and tax_class = ${rule.tax_class}
        and buyer_kind = ${rule.buyer_kind} and ${samePostcodes} and ${sameDays}))
    order by level, id limit 1`)
}

async function refuseOverlap(trx: Trx, rule: NewRule): Promise<void> {
  const rival = await rivalOf(trx, rule)
  if (!rival) return
  if (rival.clash === 'days') throw atField(TaxRuleOverlaps(rival), 'starts_on')
  throw atField(rival.clash === 'level' ? TaxNameTaken(rival) : TaxNameTreated(rival), 'name')
}
