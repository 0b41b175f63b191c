import { Type, type FoundMethods } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { list, sql, type Queries } from '../../db/index.ts'
import { defineError, type Actor } from '../../kernel/index.ts'
import { defineVerb, findRow, scoped } from '../../records/index.ts'
import { getGateway, offers, type GatewayInstance, type Payments } from '../payments/gateway.ts'
import { keepMethod } from '../payments/keep-method.ts'
import { planTakeover, type Known, type KnownClient, type PlannedMethod } from './plan-takeover.ts'
import { readTakeover, type WantedMethod } from './read-takeover.ts'

export const NoTakeover = defineError(
  'method.no_takeover',
  409,
  (p: { gateway: string }) => `${p.gateway} offers no way to look saved methods up.`,
)

/** Rows that a gateway is asked about in one go. */
const ASKED_AT_ONCE = 10

/**
 * Saved methods of an account that another system has charged until now. The gateway says what there is and makes
 * nothing. Without `confirm` nothing is kept either: the answer says what would be. A repeat finds all of it held.
 */
export const takeOverMethods = defineVerb(
  {
    permission: 'method.take_over',
    asksNobody: 'a client keeps the ways to pay that it had elsewhere; each charge is asked about',
    audience: ['staff'],
    input: Type.Object({
      instance_id: Type.String(),
      csv: Type.String({ minLength: 1, maxLength: 100_000 }),
      confirm: Type.Boolean(),
    }),
  },
  async (payments: Payments, { instance_id, csv, confirm }, actor): Promise<PlannedMethod[]> => {
    const instance = await findRow<{ id: string; brand_id: string | null }>(payments.db, actor, {
      ...{ table: 'plugin_instances', what: 'gateway', id: instance_id, scope: { client: null } },
    })
    const gateway = await getGateway(payments.db, instance.id)
    if (!offers(gateway, 'find_methods')) throw NoTakeover({ gateway: gateway.name })
    const wanted = readTakeover(csv)
    const clients = await clientsOf(payments.db, { wanted, brandId: instance.brand_id }, actor)
    const answers = await ask(payments, gateway, wanted)
    const plan = async (queries: Queries) =>
      planTakeover(wanted, answers, await knownOf(queries, gateway.id, { clients, wanted, answers }))
    if (!confirm) return plan(payments.db)
    return payments.db.transaction(async (trx) => {
      // What was kept since the preview is seen here, so that a second confirmation keeps nothing again.
      const planned = await plan(trx)
      for (const { verdict, method, clientId } of planned) {
        if (verdict !== 'fits' || !method || !clientId) continue
        await keepMethod(payments, trx, { clientId, instanceId: gateway.id, method, takenOver: true })
        const after = { label: method.label, customer: method.customer ?? null, gateway: gateway.id }
        await recordAudit(payments, trx, actor, [
          { action: 'method.take_over', subject: method.reference, clientId, after },
        ])
      }
      return planned
    })
  },
)

/** Only clients that the actor may see and the gateway may charge. */
async function clientsOf(
  queries: Queries,
  { wanted, brandId }: { wanted: readonly WantedMethod[]; brandId: string | null },
  actor: Actor,
): Promise<KnownClient[]> {
  const names = [...new Set(wanted.map(({ client }) => client))]
  const mails = names.map((name) => name.toLowerCase())
  return queries.all<KnownClient>(sql`
    select c.id, coalesce(c.company, c.name) as name, c.email from clients c
    where (c.id in (${list(names)}) or lower(c.email) in (${list(mails)})) and c.status <> 'closed'
      and (${brandId === null ? 1 : 0} = 1 or c.brand_id = ${brandId ?? ''}) and ${scoped(actor, { table: 'c', client: 'id' })}`)
}

async function ask(
  payments: Payments,
  gateway: GatewayInstance,
  wanted: readonly WantedMethod[],
): Promise<Map<number, FoundMethods['answers'][number]>> {
  const asked = wanted.filter(({ client, customer }) => client !== '' && customer !== '')
  const answers = new Map<number, FoundMethods['answers'][number]>()
  for (let i = 0; i < asked.length; i += ASKED_AT_ONCE) {
    const part = asked.slice(i, i + ASKED_AT_ONCE)
    const rows = part.map(({ customer, method }) => ({
      customer,
      ...(method === undefined ? {} : { method }),
    }))
    const told = await payments.plugins.call<FoundMethods>(
      gateway.id,
      'gateway',
      'find_methods',
      { rows },
      { deadline: 'act' },
    )
    part.forEach(({ line }, at) => {
      const answer = told.answers[at]
      if (answer) answers.set(line, answer)
    })
  }
  return answers
}

interface Concerned {
  clients: readonly KnownClient[]
  wanted: readonly WantedMethod[]
  answers: ReadonlyMap<number, FoundMethods['answers'][number]>
}

async function knownOf(
  queries: Queries,
  instanceId: string,
  { clients, wanted, answers }: Concerned,
): Promise<Known> {
  const found = [...answers.values()].flatMap((answer) => (answer.outcome === 'found' ? answer.methods : []))
  const customers = await queries.all<Known['customers'][number]>(sql`
    select client_id, reference from gateway_customers where instance_id = ${instanceId}
      and (reference in (${list(wanted.map(({ customer }) => customer))}) or client_id in (${list(clients.map(({ id }) => id))}))`)
  const methods = await queries.all<Known['methods'][number]>(sql`
    select client_id, reference, removed_at from payment_methods
    where instance_id = ${instanceId} and reference in (${list(found.map(({ reference }) => reference))})`)
  return { clients, customers, methods }
}
