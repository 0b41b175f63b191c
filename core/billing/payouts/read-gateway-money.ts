import type { Balances, FeeReport, Payouts as ToldPayouts } from '../../../sdk/index.ts'
import { list, sql, type Queries } from '../../db/index.ts'
import { addDays, dayIn, instant, toMs, type IsoDate } from '../../kernel/index.ts'
import { readAgreements } from '../agreements/read-agreements.ts'
import { offers, type GatewayInstance, type Payments } from '../payments/gateway.ts'
import { bookMovements } from './book-movements.ts'
import { eachPage } from './each-page.ts'
import { BOOKED_FOR, brandOf, keepMovements } from './movement.ts'
import { bookPayout } from './payout.ts'

export const READ_TASK = 'billing.read_gateways'

/** What a gateway may add to a day that is over: its books close later than the day. */
const OVERLAP_DAYS = 7
const FIRST_DAYS = 35

type Operation = 'fee_report' | 'list_payouts' | 'balances' | 'list_agreements'

export interface ReadHow {
  /** What was asked less than that ago, by the real clock, is not asked again. */
  restMs?: number
  /** Only gateways whose money stands in the books of these brands; absent or null: of all. */
  brandIds?: readonly string[] | null
}

/** Asks gateways for what they keep of our money. One that does not answer keeps none of the others from being read. */
export async function readGatewayMoney(
  payments: Payments,
  { restMs = 0, brandIds = null }: ReadHow = {},
): Promise<{ read: number; failed: number; booked: number }> {
  const counts = { read: 0, failed: 0, booked: 0 }
  const rested = await restedSince(payments, restMs)
  for (const gateway of await activeGateways(payments.db, brandIds)) {
    for (const operation of Object.keys(READERS) as Operation[]) {
      if (!offers(gateway, operation) || rested(gateway.id, operation)) continue
      if (await readOne(payments, gateway.id, operation)) counts.read++
      else counts.failed++
    }
    counts.booked += await bookMovements(payments, gateway.id)
  }
  return counts
}

async function restedSince(
  { db, clock }: Payments,
  restMs: number,
): Promise<(instanceId: string, operation: Operation) => boolean> {
  const since = instant(toMs(clock.now()) - restMs)
  const rows = await db.all<{ instance_id: string; operation: string }>(
    sql`select instance_id, operation from gateway_readings where read_at > ${since}`,
  )
  const known = new Set(rows.map(({ instance_id, operation }) => `${instance_id}/${operation}`))
  return (instanceId, operation) => restMs > 0 && known.has(`${instanceId}/${operation}`)
}

export async function activeGateways(
  queries: Queries,
  brandIds: readonly string[] | null = null,
): Promise<GatewayInstance[]> {
  const within = brandIds === null ? sql`` : sql`and ${BOOKED_FOR} in (${list(brandIds)})`
  const rows = await queries.all<{ id: string; plugin_id: string; name: string; manifest: string }>(sql`
    select i.id, i.plugin_id, i.name, p.manifest from plugin_instances i join plugins p on p.id = i.plugin_id
    where i.status = 'active' and p.status = 'enabled' ${within} order by i.position, i.id`)
  return rows
    .map((row) => ({ ...row, manifest: JSON.parse(row.manifest) as GatewayInstance['manifest'] }))
    .filter(({ manifest }) => manifest.kinds?.gateway)
}

const READERS: Readonly<Record<Operation, (payments: Payments, window: Window) => Promise<void>>> = {
  fee_report: readFees,
  list_payouts: readPayouts,
  balances: readBalances,
  list_agreements: readAgreements,
}

interface Window {
  instanceId: string
  brandId: string
  from: IsoDate
  until: IsoDate
}

/** Reads from where the last reading ended, some days over: what is told again changes nothing. */
async function readOne(payments: Payments, instanceId: string, operation: Operation): Promise<boolean> {
  const last = await payments.db.get<{ read_until: IsoDate | null }>(
    sql`select read_until from gateway_readings where instance_id = ${instanceId} and operation = ${operation}`,
  )
  // Days at the gateway are real ones, also where our own clock was moved.
  const today = dayIn('UTC', payments.clock.now())
  const from = last?.read_until ? addDays(last.read_until, -OVERLAP_DAYS) : addDays(today, -FIRST_DAYS)
  const until = addDays(today, 1)
  try {
    const brandId = await brandOf(payments.db, instanceId)
    await READERS[operation](payments, { instanceId, brandId, from, until })
    await note(payments, { instanceId, operation, until, problem: null })
    return true
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    payments.log.warn({ instance: instanceId, operation, problem }, 'the gateway could not be read')
    await note(payments, { instanceId, operation, until: last?.read_until ?? null, problem })
    return false
  }
}

interface Reading {
  instanceId: string
  operation: Operation
  until: IsoDate | null
  problem: string | null
}

/** By the real clock, as the days at the gateway are. */
async function note(
  { db, clock }: Payments,
  { instanceId, operation, until, problem }: Reading,
): Promise<void> {
  await db.run(sql`
    insert into gateway_readings (instance_id, operation, read_until, read_at, problem)
    values (${instanceId}, ${operation}, ${until}, ${clock.now()}, ${problem?.slice(0, 500) ?? null})
    on conflict (instance_id, operation) do update
    set read_until = excluded.read_until, read_at = excluded.read_at, problem = excluded.problem`)
}

function readFees(payments: Payments, { instanceId, brandId, from, until }: Window): Promise<void> {
  const ask = { instanceId, operation: 'fee_report' as const, input: { from, until } }
  return eachPage<FeeReport>(payments, ask, ({ fees }) =>
    payments.db.transaction((trx) => keepMovements(payments, trx, { instanceId, brandId, told: fees })),
  )
}

function readPayouts(payments: Payments, { instanceId, brandId, from, until }: Window): Promise<void> {
  const ask = { instanceId, operation: 'list_payouts' as const, input: { from, until } }
  return eachPage<ToldPayouts>(payments, ask, async ({ payouts }) => {
    for (const told of payouts)
      await payments.db.transaction((trx) => bookPayout(payments, trx, { instanceId, brandId, told }))
  })
}

async function readBalances(payments: Payments, { instanceId }: Window): Promise<void> {
  const { balances } = await payments.plugins.call<Balances>(
    instanceId,
    'gateway',
    'balances',
    {},
    {
      deadline: 'job',
    },
  )
  const now = payments.business.now()
  const sums = new Map<string, { kind: string; currency: string; amount_minor: bigint }>()
  for (const { kind, amount } of balances) {
    const key = `${kind}/${amount.currency}`
    const before = sums.get(key)?.amount_minor ?? 0n
    sums.set(key, { kind, currency: amount.currency, amount_minor: before + BigInt(amount.minor) })
  }
  await payments.db.transaction(async (trx) => {
    await trx.run(sql`delete from gateway_balances where instance_id = ${instanceId}`)
    const rows = [...sums.values()].map((row) => ({ ...row, instance_id: instanceId, read_at: now }))
    if (rows.length > 0) await trx.insert('gateway_balances', rows)
  })
}
