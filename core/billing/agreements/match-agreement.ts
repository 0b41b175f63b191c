import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql, type Queries, type Sql } from '../../db/index.ts'
import { invalidInput, type Actor } from '../../kernel/index.ts'
import { defineVerb, findRow, scoped, updateVersioned, type Means } from '../../records/index.ts'
import { WrongCurrency } from '../errors.ts'
import { lockAgreement, type AgreementRow } from './agreement.ts'

interface Served {
  id: string
  brand_id: string
  client_id: string
  currency: string
}

/** Says which service an agreement pays for: from then on its payments are booked there and ours hold off. */
export const matchAgreement = defineVerb(
  {
    permission: 'agreement.match',
    asksNobody: 'it says what a payment at the gateway is for, and moves no money',
    audience: ['staff'],
    input: Type.Object({
      agreement_id: Type.String(),
      /** Null takes the match back. */
      service_id: Type.Union([Type.String(), Type.Null()]),
    }),
  },
  async (means: Means, { agreement_id: id, service_id: serviceId }, actor): Promise<AgreementRow> => {
    const wanted = { table: 'agreements', what: 'agreement', id, scope: { client: null } }
    const found = await findRow<AgreementRow>(means.db, actor, wanted)
    const service =
      serviceId === null
        ? null
        : await findRow<Served & { version: number }>(means.db, actor, {
            ...{ table: 'services', what: 'service', id: serviceId },
          })
    if (service && service.currency !== found.currency)
      throw WrongCurrency({ currency: found.currency, expected: service.currency })
    if (
      service &&
      !(await means.db.get(
        sql`select s.id from services s where s.id = ${service.id} and ${ofInstance(found)}`,
      ))
    )
      throw invalidInput({ service_id: 'is of another brand than the gateway' })
    return means.db.transaction(async (trx) => {
      const row = (await lockAgreement(trx, found.instance_id, found.reference))!
      if (service && row.status === 'ended') throw invalidInput({ service_id: 'the agreement has ended' })
      const set = {
        ...{ service_id: service?.id ?? null, client_id: service?.client_id ?? null },
        ...(service ? { brand_id: service.brand_id } : {}),
      }
      await updateVersioned(means, trx, { table: 'agreements', what: 'agreement', row, set })
      await recordAudit(means, trx, actor, [
        {
          ...{ action: 'agreement.match', subject: id, brandId: set.brand_id ?? row.brand_id },
          ...{ clientId: set.client_id ?? row.client_id },
          ...{ before: { service_id: row.service_id }, after: { service_id: set.service_id } },
        },
      ])
      return { ...row, ...set, version: row.version + 1 }
    })
  },
)

/** A gateway that belongs to one brand takes money for no other. */
const ofInstance = ({ instance_id }: AgreementRow): Sql => sql`
  exists (select 1 from plugin_instances i where i.id = ${instance_id} and (i.brand_id is null or i.brand_id = s.brand_id))`

export interface SuggestedService {
  id: string
  label: string
  client_id: string
  client: string
  currency: string
  recurring_minor: bigint
  cycle: string
  /** The surest first: the gateway's id of the client, the address, the sum. */
  why: 'customer' | 'email' | 'sum'
}

/** Running services that an agreement may pay for, those of its customer first, then of its address, then of its sum. */
export async function suggestServices(
  queries: Queries,
  row: AgreementRow,
  actor: Actor,
): Promise<SuggestedService[]> {
  const found = await queries.all<SuggestedService>(sql`
    select s.id, s.label, s.client_id, coalesce(c.company, c.name) as client, s.currency, s.recurring_minor, s.cycle,
      case when exists (select 1 from gateway_customers k where k.client_id = c.id and k.instance_id = ${row.instance_id} and k.reference = ${row.customer}) then 'customer'
        when lower(c.email) = ${row.email} then 'email' else 'sum' end as why
    from services s join clients c on c.id = s.client_id
    where ${scoped(actor, { table: 's' })} and ${ofInstance(row)} and s.currency = ${row.currency} and s.billing_status <> 'ended' and s.cycle not in ('once', 'free')
      and (s.recurring_minor = ${row.amount_minor} or lower(c.email) = ${row.email}
        or exists (select 1 from gateway_customers k where k.client_id = c.id and k.instance_id = ${row.instance_id} and k.reference = ${row.customer}))
      and not exists (select 1 from agreements g where g.service_id = s.id and g.status = 'live')
    order by s.id limit 200`)
  const rank = { customer: 0, email: 1, sum: 2 }
  const distance = ({ recurring_minor: minor }: SuggestedService) => (minor === row.amount_minor ? 0 : 1)
  return found.toSorted((a, b) => rank[a.why] - rank[b.why] || distance(a) - distance(b)).slice(0, 20)
}
