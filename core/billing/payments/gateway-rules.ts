import { Type, type Static } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql, type Queries } from '../../db/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import { defineVerb, findRow, type Means } from '../../records/index.ts'
import { GatewayNotOffered } from './errors.ts'

const minor = Type.String({ pattern: '^\\d{1,15}$' })
const currency = Type.String({ pattern: '^[A-Z]{3}$' })
const country = Type.String({ pattern: '^[A-Z]{2}$' })

/** For which payments a gateway is offered. What is absent does not matter. */
export const GatewayRules = Type.Object({
  currencies: Type.Optional(Type.Array(currency, { maxItems: 50, uniqueItems: true })),
  countries: Type.Optional(Type.Array(country, { maxItems: 250, uniqueItems: true })),
  /** Not in these, whatever stands above. */
  except_countries: Type.Optional(Type.Array(country, { maxItems: 250, uniqueItems: true })),
  /** Bounds in minor units of one currency; other currencies have none. */
  sums: Type.Optional(
    Type.Array(
      Type.Object({ currency, least_minor: Type.Optional(minor), most_minor: Type.Optional(minor) }),
      { maxItems: 50 },
    ),
  ),
  /** What a payment costs more (above zero) or less (below) in a currency, tax included: a share of the sum and a fixed one. */
  charges: Type.Optional(
    Type.Array(
      Type.Object({
        currency,
        percent_ppm: Type.Integer({ minimum: -999_999, maximum: 999_999 }),
        fixed_minor: Type.String({ pattern: '^-?\\d{1,12}$' }),
      }),
      { maxItems: 50 },
    ),
  ),
  /** Of surcharges. */
  charge_tax_class: Type.Optional(Type.String({ pattern: '^[a-z][a-z0-9_]*$', maxLength: 40 })),
})
export type GatewayRules = Static<typeof GatewayRules>

/** What is known of a payment; what is not known yet is not held against a gateway. */
export interface PaymentFacts {
  currency?: string
  country?: string
  amountMinor?: bigint
}

export type RuleField = 'currency' | 'country' | 'amount'

/** The first rule that speaks against it; null when it is offered. */
export function ruledOut(rules: GatewayRules, facts: PaymentFacts): RuleField | null {
  const { currency: of, country: place, amountMinor } = facts
  if (of !== undefined && rules.currencies && !rules.currencies.includes(of)) return 'currency'
  if (place !== undefined && rules.countries && !rules.countries.includes(place)) return 'country'
  if (place !== undefined && rules.except_countries?.includes(place)) return 'country'
  const bounds = rules.sums?.find((sum) => sum.currency === of)
  if (amountMinor === undefined || !bounds) return null
  if (bounds.least_minor !== undefined && amountMinor < BigInt(bounds.least_minor)) return 'amount'
  return bounds.most_minor !== undefined && amountMinor > BigInt(bounds.most_minor) ? 'amount' : null
}

export async function readGatewayRules(queries: Queries, instanceId: string): Promise<GatewayRules> {
  const row = await queries.get<{ rules: string }>(
    sql`select rules from gateway_rules where instance_id = ${instanceId}`,
  )
  return row ? (JSON.parse(row.rules) as GatewayRules) : {}
}

/** A page may be older than the rules, or made by somebody else: the start of a payment asks again. */
export async function demandOffered(
  queries: Queries,
  gateway: { id: string; name: string },
  facts: PaymentFacts,
): Promise<void> {
  const field = ruledOut(await readGatewayRules(queries, gateway.id), facts)
  if (field !== null) throw GatewayNotOffered({ gateway: gateway.name, field })
}

/** Says for which payments a gateway is offered. */
export const setGatewayRules = defineVerb(
  {
    permission: 'gateway.set_rules',
    asksNobody: 'it sets up the house',
    audience: ['staff'],
    input: Type.Object({ instance_id: Type.String(), rules: GatewayRules }),
  },
  async (means: Means, { instance_id, rules }, actor): Promise<void> => {
    const { id } = await findRow<{ id: string }>(means.db, actor, {
      ...{ table: 'plugin_instances', what: 'gateway', id: instance_id, scope: { client: null } },
    })
    for (const { least_minor: least, most_minor: most, currency: of } of rules.sums ?? [])
      if (least !== undefined && most !== undefined && BigInt(least) > BigInt(most))
        throw invalidInput({ sums: `the least of ${of} is above the most` })
    refuseMixed(rules)
    const before = await readGatewayRules(means.db, id)
    await means.db.transaction(async (trx) => {
      await trx.run(sql`
        insert into gateway_rules (instance_id, rules, updated_at) values (${id}, ${JSON.stringify(rules)}, ${means.business.now()})
        on conflict (instance_id) do update set rules = excluded.rules, updated_at = excluded.updated_at`)
      await recordAudit(means, trx, actor, [
        { action: 'gateway.set_rules', subject: id, before, after: rules },
      ])
    })
  },
)

/** A share and a fixed sum of two signs would be a surcharge for some sums and a discount for others. */
function refuseMixed({ charges = [] }: GatewayRules): void {
  for (const { currency: of, percent_ppm: ppm, fixed_minor: fixed } of charges) {
    if (charges.filter((other) => other.currency === of).length > 1)
      throw invalidInput({ charges: `${of} is named twice` })
    if (Math.sign(ppm) * Math.sign(Number(fixed)) < 0)
      throw invalidInput({ charges: `what ${of} costs is partly more and partly less` })
  }
}
