import { Type } from 'typebox'
import { recordAudit } from '../audit/index.ts'
import { sql, type Queries, type Trx } from '../db/index.ts'
import { invalidInput, isoDate, NotFound, type Actor, type IsoDate } from '../kernel/index.ts'
import { defineVerb, updateVersioned, type Means } from '../records/index.ts'
import { requireCountry } from './countries.ts'
import { TaxNameTaken, TaxRuleInEffect, TaxRuleOverlaps } from './errors.ts'
import type { TaxRule } from './rows.ts'
import { findReachableSeller } from './sellers.ts'
import { Country, Region } from './shapes.ts'

const Day = Type.String({ format: 'date' })
const Rule = {
  country: Country,
  region: Type.Optional(Region),
  tax_class: Type.String({ pattern: '^[a-z0-9_]{1,40}$' }),
  name: Type.String({ minLength: 1, maxLength: 60 }),
  rate_ppm: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
  level: Type.Optional(Type.Integer({ minimum: 1, maximum: 2, default: 1 })),
  compound: Type.Optional(Type.Boolean({ default: false })),
  starts_on: Day,
  ends_on: Type.Optional(Type.Union([Day, Type.Null()])),
}

export const listTaxRules = defineVerb(
  { permission: 'tax_rule.list', audience: ['staff'], input: Type.Object({ seller_id: Type.String() }) },
  async (means: Means, { seller_id }, actor): Promise<TaxRule[]> => {
    await findReachableSeller(means.db, actor, seller_id)
    return means.db.all<TaxRule>(sql`
      select * from tax_rules where seller_id = ${seller_id}
      order by country, coalesce(region, ''), tax_class, level, name, starts_on, id`)
  },
)

/** Rules of the two levels add up; on one level a region's rule stands in for its country's, and there is one a day. */
export const createTaxRule = defineVerb(
  {
    permission: 'tax_rule.create',
    audience: ['staff'],
    input: Type.Object({ seller_id: Type.String(), ...Rule }),
  },
  async (means: Means, input, actor): Promise<{ id: string }> => {
    requireCountry(input.country)
    const { seller_id, country, tax_class, rate_ppm } = input
    const row = {
      ...{ id: means.newId('tax'), seller_id, country, tax_class, name: input.name, rate_ppm },
      ...{ region: input.region ?? null, level: input.level ?? 1, compound: input.compound ? 1 : 0 },
      starts_on: isoDate(input.starts_on),
      ends_on: optionalDay(input.ends_on ?? null),
    }
    requireOrder(row)
    if (row.level === 1 && row.compound === 1)
      throw invalidInput({ compound: 'belongs to the second level: it is taken on the first, too' })
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
      if (!within(set, rule)) await refuseOverlap(trx, { ...rule, ...set })
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

function optionalDay(text: string | null): IsoDate | null {
  return text === null ? null : isoDate(text)
}

function requireOrder(rule: { starts_on: string; ends_on: string | null }): void {
  if (rule.ends_on !== null && rule.ends_on <= rule.starts_on)
    throw invalidInput({ ends_on: 'must be after the first day' })
}

async function findRule(queries: Queries, actor: Actor, id: string): Promise<TaxRule> {
  const rule = await queries.get<TaxRule>(sql`select * from tax_rules where id = ${id}`)
  if (!rule) throw NotFound({ what: 'tax rule', id })
  await findReachableSeller(queries, actor, rule.seller_id)
  return rule
}

type Candidate = Pick<
  TaxRule,
  'id' | 'seller_id' | 'country' | 'region' | 'tax_class' | 'level' | 'name' | 'starts_on' | 'ends_on'
>

/** A rule that only holds for fewer days than before gets in nobody's way. */
function within(set: { starts_on: string; ends_on: string | null }, rule: TaxRule): boolean {
  const last = rule.ends_on ?? '9999-12-31'
  return set.starts_on >= rule.starts_on && (set.ends_on ?? '9999-12-31') <= last
}

/** Documents tell taxes apart by their names, so a name keeps to one level of a country. */
async function refuseOverlap(trx: Trx, rule: Candidate): Promise<void> {
  const rival = await trx.get<{ id: string; name: string; level: number }>(sql`
    select id, name, level from tax_rules
    where seller_id = ${rule.seller_id} and country = ${rule.country} and id <> ${rule.id} and (
      (level <> ${rule.level} and name = ${rule.name})
      or (level = ${rule.level} and coalesce(region, '') = ${rule.region ?? ''} and tax_class = ${rule.tax_class}
        and starts_on < ${rule.ends_on ?? '9999-12-31'} and (ends_on is null or ends_on > ${rule.starts_on})))
    order by level, id`)
  if (!rival) return
  if (rival.level === rule.level) throw TaxRuleOverlaps(rival)
  throw TaxNameTaken({ name: rival.name, level: rival.level })
}
