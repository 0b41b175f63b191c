import {
  EmbedToken,
  IdempotencyKey,
  type PaymentOutcome,
  Reference,
  type SetupOutcome,
  Type,
} from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql } from '../../db/index.ts'
import { NotFound } from '../../kernel/index.ts'
import { defineVerb, findRow, updateVersioned } from '../../records/index.ts'
import { NoMethodSetup } from './errors.ts'
import { getGateway, mayEmbed, offers, snapshotOf, type Payments } from './gateway.ts'
import { customerAt, keepMethod, listMethods, type MethodRow } from './keep-method.ts'

/** Saves a method without paying: answers where the client must go. */
export const startMethodSetup = defineVerb(
  {
    permission: 'method.add',
    audience: ['client', 'staff'],
    input: Type.Object({
      client_id: Type.String(),
      instance_id: Type.String(),
      return_url: Type.String(),
      cancel_url: Type.String(),
      can_embed: Type.Optional(Type.Boolean()),
    }),
  },
  async (payments: Payments, input, actor) => {
    const row = await findRow<{ id: string; currency: string }>(payments.db, actor, {
      table: 'clients',
      what: 'client',
      id: input.client_id,
      scope: { client: 'id', right: 'method.add' },
    })
    const gateway = await getGateway(payments.db, input.instance_id)
    if (!offers(gateway, 'start_setup')) throw NoMethodSetup({ gateway: gateway.name })
    const customer = await customerAt(payments.db, row.id, gateway.id)
    const client = await snapshotOf(payments.db, row.id)
    const call = {
      idempotency_key: `setup/${payments.newId('req')}`,
      client,
      ...(customer ? { customer } : {}),
      currency: row.currency,
      return_url: input.return_url,
      cancel_url: input.cancel_url,
      locale: client.locale,
      ...mayEmbed(gateway, input.can_embed),
    }
    return payments.plugins.call<PaymentOutcome>(gateway.id, 'gateway', 'start_setup', call, {
      deadline: 'act',
    })
  },
)

/** What the gateway's frame handed out becomes a method. A repeat under the same key saves the same one. */
export const confirmMethodSetup = defineVerb(
  {
    permission: 'method.confirm',
    asksNobody: 'a client keeps a way to pay of its own; each charge is asked about',
    audience: ['client', 'staff'],
    input: Type.Object({
      client_id: Type.String(),
      instance_id: Type.String(),
      reference: Reference,
      key: IdempotencyKey,
      token: EmbedToken,
    }),
  },
  async (payments: Payments, input, actor) => {
    const { id } = await findRow<{ id: string }>(payments.db, actor, {
      ...{ table: 'clients', what: 'client', id: input.client_id },
      scope: { client: 'id', right: 'method.confirm' },
    })
    const { id: instanceId } = await getGateway(payments.db, input.instance_id)
    const customer = await customerAt(payments.db, id, instanceId)
    const call = {
      ...{ idempotency_key: input.key, reference: input.reference, token: input.token },
      client: await snapshotOf(payments.db, id),
      ...(customer ? { customer } : {}),
    }
    const outcome = await payments.plugins.call<SetupOutcome>(instanceId, 'gateway', 'confirm_setup', call)
    if (outcome.outcome === 'saved')
      await payments.db.transaction(async (trx) => {
        await keepMethod(payments, trx, { clientId: id, instanceId, method: outcome.method })
      })
    return outcome
  },
)

export interface ListedMethod extends MethodRow {
  /** How many services are charged by it and by no other. */
  services: number
}

/** A client's saved methods, the default one first. */
export const listSavedMethods = defineVerb(
  {
    permission: 'method.list',
    audience: ['client', 'staff'],
    input: Type.Object({ client_id: Type.String() }),
  },
  async (payments: Pick<Payments, 'db'>, input, actor): Promise<ListedMethod[]> => {
    const scope = { client: 'id', right: 'method.list' }
    const { id } = await findRow<{ id: string }>(payments.db, actor, {
      ...{ table: 'clients', what: 'client', id: input.client_id, scope },
    })
    const named = await payments.db.all<{ method_id: string; n: number }>(sql`
      select method_id, count(*) as n from services where client_id = ${id} and method_id is not null and billing_status <> 'ended' group by method_id`)
    const services = new Map(named.map((row) => [row.method_id, row.n]))
    const methods = await listMethods(payments.db, id)
    return methods.map((method) => ({ ...method, services: services.get(method.id) ?? 0 }))
  },
)

const methodInput = Type.Object({ method_id: Type.String() })

export const preferMethod = defineVerb(
  {
    permission: 'method.prefer',
    asksNobody: 'a client keeps a way to pay of its own; each charge is asked about',
    audience: ['client', 'staff'],
    input: methodInput,
  },
  async (payments: Payments, input, actor) => {
    const method = await findMethod(payments, input.method_id, { actor, right: 'method.prefer' })
    await payments.db.transaction(async (trx) => {
      await trx.run(
        sql`update payment_methods set preferred = 0 where client_id = ${method.client_id} and id <> ${method.id}`,
      )
      await updateVersioned(payments, trx, {
        table: 'payment_methods',
        what: 'payment method',
        row: method,
        set: { preferred: 1 },
      })
      await recordAudit(payments, trx, actor, [
        { action: 'method.prefer', subject: method.id, clientId: method.client_id },
      ])
    })
  },
)

/** Services that named the method go back to the default one. Forgets it here first, so that it is never charged again whatever the gateway answers, then there. */
export const removeMethod = defineVerb(
  {
    permission: 'method.remove',
    asksNobody: 'a client takes back a way to pay of its own',
    audience: ['client', 'staff'],
    input: methodInput,
  },
  async (payments: Payments, input, actor) => {
    const method = await findMethod(payments, input.method_id, { actor, right: 'method.remove' })
    await payments.db.transaction(async (trx) => {
      await updateVersioned(payments, trx, {
        table: 'payment_methods',
        what: 'payment method',
        row: method,
        set: { removed_at: payments.business.now(), preferred: 0 },
      })
      await trx.run(sql`
        update services set method_id = null, version = version + 1 where client_id = ${method.client_id} and method_id = ${method.id}`)
      const next = sql`select id from payment_methods where client_id = ${method.client_id} and removed_at is null order by created_at limit 1`
      if (method.preferred === 1)
        await trx.run(sql`update payment_methods set preferred = 1 where id = (${next})`)
      await recordAudit(payments, trx, actor, [
        {
          action: 'method.remove',
          subject: method.id,
          clientId: method.client_id,
          before: { label: method.label },
        },
      ])
      await payments.jobs.enqueue(trx, [{ task: 'billing.remove_method', payload: { method_id: method.id } }])
    })
  },
)

/** The job "billing.remove_method". */
export async function removeAtGateway(payments: Payments, job: { method_id: string }): Promise<void> {
  const method = await payments.db.get<MethodRow>(
    sql`select * from payment_methods where id = ${job.method_id}`,
  )
  if (!method) return
  const customer = await customerAt(payments.db, method.client_id, method.instance_id)
  await payments.plugins.call(method.instance_id, 'gateway', 'remove_method', {
    idempotency_key: `remove/${method.id}`,
    method: method.reference,
    ...(customer ? { customer } : {}),
  })
}

export async function findMethod(
  payments: Payments,
  id: string,
  { actor, right }: { actor: Parameters<typeof findRow>[1]; right: string },
): Promise<MethodRow> {
  const method = await findRow<MethodRow>(payments.db, actor, {
    table: 'payment_methods',
    what: 'payment method',
    id,
    scope: { brand: null, right },
  })
  if (method.removed_at) throw NotFound({ what: 'payment method', id })
  return method
}
