import { Type, type Static } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { list, name, sql, type Queries } from '../../db/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import { defineVerb, findRow, type Means } from '../../records/index.ts'

const minor = Type.String({ pattern: '^\\d{1,15}$' })
const currency = Type.String({ pattern: '^[A-Z]{3}$' })
const country = Type.String({ pattern: '^[A-Z]{2}$' })

const ids = Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: 250, uniqueItems: true })

/** For which payments a gateway is offered. What is absent does not matter. */
export const GatewayRules = Type.Object({
  currencies: Type.Optional(Type.Array(currency, { maxItems: 50, uniqueItems: true })),
  countries: Type.Optional(Type.Array(country, { maxItems: 250, uniqueItems: true })),
  /** Not in these, whatever stands above. */
  except_countries: Type.Optional(Type.Array(country, { maxItems: 250, uniqueItems: true })),
  /** For clients of these groups alone. */
  client_groups: Type.Optional(ids),
  /** For these products, and those of these groups, alone. */
  products: Type.Optional(ids),
  product_groups: Type.Optional(ids),
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
  /** Of the client; null: in none. */
  clientGroup?: string | null
  /** All that is paid for; what is of no product, such as a late fee, is not among them. */
  products?: readonly PaidProduct[]
}

export interface PaidProduct {
  id: string
  groupId: string
}

export type RuleField = 'currency' | 'country' | 'client' | 'product' | 'amount'

/** The first rule that speaks against it; null when it is offered. */
export function ruledOut(rules: GatewayRules, facts: PaymentFacts): RuleField | null {
  const { currency: of, country: place, amountMinor, clientGroup: group } = facts
  if (of !== undefined && rules.currencies && !rules.currencies.includes(of)) return 'currency'
  if (place !== undefined && rules.countries && !rules.countries.includes(place)) return 'country'
  if (place !== undefined && rules.except_countries?.includes(place)) return 'country'
  if (group !== undefined && rules.client_groups && !rules.client_groups.includes(group ?? ''))
    return 'client'
  if (!(facts.products ?? []).every((product) => takesProduct(rules, product))) return 'product'
  const bounds = rules.sums?.find((sum) => sum.currency === of)
  if (amountMinor === undefined || !bounds) return null
  if (bounds.least_minor !== undefined && amountMinor < BigInt(bounds.least_minor)) return 'amount'
  return bounds.most_minor !== undefined && amountMinor > BigInt(bounds.most_minor) ? 'amount' : null
}

/** Whether any payment for the product may go through it. */
function takesProduct({ products, product_groups: groups }: GatewayRules, product: PaidProduct): boolean {
  if (!products && !groups) return true
  return (products?.includes(product.id) ?? false) || (groups?.includes(product.groupId) ?? false)
}

export async function readGatewayRules(queries: Queries, instanceId: string): Promise<GatewayRules> {
  const row = await queries.get<{ rules: string }>(
    sql`select rules from gateway_rules where instance_id = ${instanceId}`,
  )
  return row ? (JSON.parse(row.rules) as GatewayRules) : {}
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
    const { id, brand_id: brandId } = await findRow<{ id: string; brand_id: string | null }>(
      means.db,
      actor,
      {
        ...{ table: 'plugin_instances', what: 'gateway', id: instance_id, scope: { client: null } },
      },
    )
    for (const { least_minor: least, most_minor: most, currency: of } of rules.sums ?? [])
      if (least !== undefined && most !== undefined && BigInt(least) > BigInt(most))
        throw invalidInput({ sums: `the least of ${of} is above the most` })
    refuseMixed(rules)
    await refuseForeign(means.db, brandId, rules)
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

/** A gateway of one brand is limited by what that brand has. */
async function refuseForeign(queries: Queries, brandId: string | null, rules: GatewayRules): Promise<void> {
  for (const field of ['client_groups', 'products', 'product_groups'] as const) {
    const wanted = rules[field] ?? []
    if (wanted.length === 0) continue
    const rows = await queries.all<{ id: string; brand_id: string }>(
      sql`select id, brand_id from ${name(field)} where id in (${list(wanted)})`,
    )
    const own = new Set(rows.filter((row) => (brandId ?? row.brand_id) === row.brand_id).map(({ id }) => id))
    const foreign = wanted.filter((one) => !own.has(one))
    if (foreign.length > 0) throw invalidInput({ [field]: `there is no ${foreign.join(', ')}` })
  }
}
