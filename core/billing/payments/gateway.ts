import type { ClientSnapshot, PaymentOutcome } from '../../../sdk/index.ts'
import { list, sql, type Queries, type Sql } from '../../db/index.ts'
import { assert, BerthError, type Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { PluginCalls } from '../ports.ts'
import { bookOutcome, bookUnknown } from './book-outcome.ts'
import { offeredFor, type PaidFor } from './demand-offered.ts'
import { GatewayRefused, GatewayUnknown } from './errors.ts'
import type { PaymentRow } from './payment.ts'

/** What paying needs besides the means. */
export interface Payments extends Means {
  readonly plugins: PluginCalls
}

export interface GatewayInstance {
  id: string
  plugin_id: string
  name: string
  manifest: { kinds?: Record<string, readonly string[]>; name?: string; permissions?: { browser?: object } }
  /** As staff stored them (JSON); read where gateways are offered. */
  rules?: string | null
}

export interface InstanceRow {
  id: string
  plugin_id: string
  name: string
  manifest: string
  rules?: string | null
}

/** Gateways that are offered now for such a payment, in the order in which staff put them. */
export async function listGateways(
  queries: Queries,
  brandId: string,
  paid: PaidFor = {},
): Promise<GatewayInstance[]> {
  return offeredFor(queries, await readActive<InstanceRow>(queries, brandId), [paid])
}

/** Gateways that are on, whatever their rules say, with further columns of what is joined to each. */
export async function readActive<R extends InstanceRow>(
  queries: Queries,
  brandId: string,
  more: { columns: Sql; from: Sql } = { columns: sql``, from: sql`` },
): Promise<(Omit<R, 'manifest'> & GatewayInstance)[]> {
  const rows = await queries.all<R>(sql`
    select i.id, i.plugin_id, i.name, p.manifest, r.rules ${more.columns} from plugin_instances i join plugins p on p.id = i.plugin_id
    left join gateway_rules r on r.instance_id = i.id ${more.from} where i.status = 'active' and p.status = 'enabled' and (i.brand_id is null or i.brand_id = ${brandId})
    order by i.position, i.id`)
  return rows.map(parsed).filter((instance) => instance.manifest.kinds?.gateway)
}

export async function getGateway(queries: Queries, instanceId: string): Promise<GatewayInstance> {
  const row = await queries.get<InstanceRow>(sql`
    select i.id, i.plugin_id, i.name, p.manifest from plugin_instances i join plugins p on p.id = i.plugin_id where i.id in (${list([instanceId])}) and i.status = 'active'`)
  const instance = row && parsed(row)
  if (!instance?.manifest.kinds?.gateway) throw GatewayUnknown({ id: instanceId })
  return instance
}

/** Whether an instance can be called now. */
export const isOn = async (queries: Queries, instanceId: string): Promise<boolean> =>
  (await queries.get(
    sql`select i.id from plugin_instances i join plugins p on p.id = i.plugin_id where i.id = ${instanceId} and i.status = 'active' and p.status = 'enabled'`,
  )) !== undefined

const parsed = <R extends InstanceRow>(row: R): Omit<R, 'manifest'> & GatewayInstance => ({
  ...row,
  manifest: JSON.parse(row.manifest) as GatewayInstance['manifest'],
})

export const offers = (instance: Pick<GatewayInstance, 'manifest'>, operation: string): boolean =>
  instance.manifest.kinds?.gateway?.includes(operation) ?? false

/** Said to a gateway whose fields the page can show in a frame of their own. */
export const mayEmbed = (instance: GatewayInstance, asked = false): { can_embed?: true } =>
  asked && instance.manifest.permissions?.browser !== undefined ? { can_embed: true } : {}

export async function snapshotOf(queries: Queries, clientId: string): Promise<ClientSnapshot> {
  const row = await queries.get<{
    id: string
    name: string
    email: string
    company: string | null
    country: string
    locale: string
  }>(sql`select id, name, email, company, country, locale from clients where id = ${clientId}`)
  assert(row, `client ${clientId} exists`)
  const { id, name, email, country, locale, company } = row
  return { id, name, email, country, locale, ...(company ? { company } : {}) }
}

export interface Attempt {
  payment: PaymentRow
  operation: 'start_payment' | 'confirm_payment' | 'charge_method' | 'authorise' | 'look_up'
  input: object
}

/**
 * Makes the call outside any transaction and books its answer. When no answer came after the request went out, the
 * attempt becomes "unknown" and is asked about; when it never went out, it fails and may be tried again.
 */
export async function attempt(
  payments: Payments,
  { payment, operation, input }: Attempt,
  actor: Actor,
): Promise<PaymentRow> {
  assert(payment.instance_id, 'an attempt at a gateway names its instance')
  const outcome = await payments.plugins
    .call<PaymentOutcome>(payment.instance_id, 'gateway', operation, input, {
      deadline: 'act',
      ...(actor.requestId ? { requestId: actor.requestId } : {}),
    })
    .catch((error: unknown) => error as Error)
  if (!(outcome instanceof Error))
    return payments.db.transaction((trx) =>
      bookOutcome(payments, trx, { paymentId: payment.id, outcome }, actor),
    )
  if (mayHaveHappened(outcome))
    return payments.db.transaction((trx) => bookUnknown(payments, trx, payment.id, actor))
  if (operation === 'look_up') return payment
  await payments.db.transaction((trx) =>
    bookOutcome(payments, trx, { paymentId: payment.id, outcome: { outcome: 'absent' } }, actor),
  )
  throw GatewayRefused({ gateway: payment.instance_id, reason: outcome.message }, outcome)
}

/** Only an error that says so proves that nothing went out. */
const mayHaveHappened = (error: Error): boolean =>
  !(error instanceof BerthError) || error.params.outcome_unknown !== false
