import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { forUpdate, sql, type Trx } from '../../db/index.ts'
import { systemActor, type Instant, type IsoDate } from '../../kernel/index.ts'
import { defineVerb, demandCheck, findRow, type Means } from '../../records/index.ts'
import type { BilledDay } from '../ports.ts'
import { chargeAsking, isRefused, noteRefusedRefill } from '../payments/charge-asking.ts'
import { fieldAgainst } from '../payments/demand-offered.ts'
import { attempt, snapshotOf, type Payments } from '../payments/gateway.ts'
import { customerAt, type MethodRow } from '../payments/keep-method.ts'
import { insertPayment, type PaymentRow } from '../payments/payment.ts'
import { refuseOutside } from '../payments/start-deposit.ts'
import { eachByItself } from '../run/each-by-itself.ts'
import { ofBrands } from '../run/zones.ts'
import { endsMethod } from '../dunning/classify-decline.ts'

export interface TopUpRow {
  client_id: string
  brand_id: string
  currency: string
  threshold_minor: bigint
  amount_minor: bigint
  failures: number
  paused_at: Instant | null
  problem: string | null
  consent_at: Instant
  version: number
  created_at: Instant
  updated_at: Instant
}

const minor = Type.String({ pattern: '^[1-9]\\d{0,14}$' })
/** So many declines in a row and it stops by itself. */
const FAILURES_MAX = 3
const BATCH = 200
const actor = systemActor('top_up')

/** Lets a client's credit refill itself: below the threshold the amount is charged to the preferred saved method. */
export const setTopUp = defineVerb(
  {
    permission: 'credit.set_top_up',
    asksNobody: 'each refill is a charge, about which plugins are asked',
    audience: ['client', 'staff'],
    input: Type.Object({ client_id: Type.String(), threshold_minor: minor, amount_minor: minor }),
  },
  async (means: Means, input, by): Promise<void> => {
    const client = await findRow<{ id: string; brand_id: string; currency: string }>(means.db, by, {
      ...{ table: 'clients', what: 'client', id: input.client_id },
      scope: { client: 'id', right: 'credit.set_top_up' },
    })
    const [threshold, amount] = [BigInt(input.threshold_minor), BigInt(input.amount_minor)]
    await refuseOutside(means, { brandId: client.brand_id, currency: client.currency, amountMinor: amount })
    const now = means.business.now()
    await means.db.transaction(async (trx) => {
      await trx.run(sql`
        insert into credit_top_ups (client_id, brand_id, currency, threshold_minor, amount_minor, consent_at, created_at, updated_at)
        values (${client.id}, ${client.brand_id}, ${client.currency}, ${threshold}, ${amount}, ${now}, ${now}, ${now})
        on conflict (client_id) do update set threshold_minor = excluded.threshold_minor, amount_minor = excluded.amount_minor, currency = excluded.currency,
          failures = 0, paused_at = null, problem = null, consent_at = excluded.consent_at, updated_at = excluded.updated_at, version = credit_top_ups.version + 1`)
      const after = { threshold_minor: threshold, amount_minor: amount, currency: client.currency }
      const scope = { subject: client.id, clientId: client.id, brandId: client.brand_id }
      await recordAudit(means, trx, by, [{ ...scope, action: 'credit.set_top_up', after }])
    })
  },
)

export const stopTopUp = defineVerb(
  {
    permission: 'credit.stop_top_up',
    asksNobody: 'nothing is charged by it',
    audience: ['client', 'staff'],
    input: Type.Object({ client_id: Type.String() }),
  },
  async (means: Means, input, by): Promise<void> => {
    const { id, brand_id } = await findRow<{ id: string; brand_id: string }>(means.db, by, {
      ...{ table: 'clients', what: 'client', id: input.client_id },
      scope: { client: 'id', right: 'credit.stop_top_up' },
    })
    await means.db.transaction(async (trx) => {
      const gone = await trx.run(sql`delete from credit_top_ups where client_id = ${id}`)
      if (gone === 0) return
      const scope = { subject: id, clientId: id, brandId: brand_id }
      await recordAudit(means, trx, by, [{ ...scope, action: 'credit.stop_top_up' }])
    })
  },
)

/** Credit below the threshold, a method that can be charged, and no money on its way already. */
const RIPE = sql`t.paused_at is null and c.status = 'active' and c.currency = t.currency
  and coalesce((select -sum(p.amount_minor) from postings p where p.client_id = t.client_id and p.account = 'client_credit' and p.currency = t.currency), 0) < t.threshold_minor
  and exists (select 1 from payment_methods m where m.client_id = t.client_id and m.preferred = 1 and m.removed_at is null and m.refused_at is null)
  and not exists (select 1 from payments w where w.client_id = t.client_id and w.kind = 'deposit' and w.method_id is not null and w.status in ('created', 'needs_client', 'pending', 'authorised', 'unknown'))`

/** Enters one refill a client and day at most. Answers how many. */
export async function topUpDue(means: Means, { on, brandIds }: BilledDay): Promise<number> {
  const daily = { refusal: 'credit.top_up_refused', failure: 'credit.top_up_failed', actor }
  let entered = 0
  for (let after = ''; ;) {
    const rows = await means.db.all<{ client_id: string }>(sql`
      select t.client_id from credit_top_ups t join clients c on c.id = t.client_id where t.client_id > ${after} and ${RIPE} and ${ofBrands(sql`t.brand_id`, brandIds)}
        and not exists (select 1 from automated_acts a where a.task = 'top_up' and a.subject = t.client_id and a.period = ${on})
      order by t.client_id limit ${BATCH}`)
    if (rows.length === 0) return entered
    after = rows.at(-1)!.client_id
    const ids = rows.map(({ client_id }) => client_id)
    entered += await eachByItself(means, { ...daily, ids }, async (trx, clientIds) => {
      const act = { task: 'top_up', period: on, outcome: 'entered', acted_at: means.business.now() }
      await trx.insert(
        'automated_acts',
        clientIds.map((subject) => ({ ...act, subject })),
      )
      await means.jobs.enqueue(
        trx,
        clientIds.map((client_id) => ({
          ...{ task: 'billing.top_up', payload: { client_id, on }, key: `top_up/${client_id}` },
        })),
      )
      return clientIds.length
    })
  }
}

/** The job "billing.top_up". Repeating it repeats the same attempt; a refusal holds for the day. */
export async function topUpCredit(
  payments: Payments,
  job: { client_id: string; on: IsoDate },
): Promise<void> {
  const opened = await payments.db
    .transaction((trx) => openTopUp(payments, trx, job))
    .catch((error: unknown) => {
      if (!isRefused(error)) throw error
      return noteRefusedRefill(payments, { clientId: job.client_id, message: error.message }, actor)
    })
  if (!opened) return
  const { payment, method } = opened
  if (payment.status !== 'created') return
  const customer = await customerAt(payments.db, payment.client_id, method.instance_id)
  const input = {
    ...{ payment_id: payment.id, idempotency_key: payment.effect_key },
    amount: { minor: payment.amount_minor.toString(), currency: payment.currency },
    ...{ description: 'Account credit', document: payment.id },
    client: await snapshotOf(payments.db, payment.client_id),
    ...(customer ? { customer } : {}),
    method: method.reference,
    return_url: `${payments.publicUrl}/portal/credit?payment=${payment.id}`,
  }
  const answered = await attempt(payments, { payment, operation: 'charge_method', input }, actor)
  await payments.db.transaction((trx) => noteAnswer(payments, trx, answered))
}

async function openTopUp(
  means: Means,
  trx: Trx,
  { client_id: clientId, on }: { client_id: string; on: IsoDate },
): Promise<{ payment: PaymentRow; method: MethodRow } | null> {
  await trx.get(
    sql`select client_id from credit_top_ups where client_id = ${clientId} ${forUpdate(trx.dialect)}`,
  )
  const effectKey = `top_up/${clientId}/${on}`
  const same = await trx.get<PaymentRow>(sql`select * from payments where effect_key = ${effectKey}`)
  const method = await trx.get<MethodRow>(
    same
      ? sql`select * from payment_methods where id = ${same.method_id}`
      : sql`select * from payment_methods where client_id = ${clientId} and preferred = 1 and removed_at is null and refused_at is null order by created_at limit 1`,
  )
  if (!method) return null
  if (same) return { payment: same, method }
  const row = await trx.get<TopUpRow>(
    sql`select t.* from credit_top_ups t join clients c on c.id = t.client_id where t.client_id = ${clientId} and ${RIPE}`,
  )
  if (!row) return null
  const sum = { currency: row.currency, amountMinor: row.amount_minor }
  if ((await fieldAgainst(trx, method.instance_id, { ...sum, clientId })) !== null) return null
  demandCheck(means, trx, actor, chargeAsking({ client: row, method, invoiceIds: [], ...sum }))
  const payment = await insertPayment(trx, {
    ...{ id: means.newId('pay'), brandId: row.brand_id, clientId, invoiceId: null },
    ...{ instanceId: method.instance_id, methodId: method.id, kind: 'deposit' },
    ...{ ...sum, effectKey, attempt: 1 },
    now: means.business.now(),
  })
  return { payment, method }
}

/** After so many declines, or one that no repeat can mend, it stops until its client starts it again. */
async function noteAnswer(means: Means, trx: Trx, payment: PaymentRow): Promise<void> {
  const { client_id: clientId, status, retry, decline_message: said } = payment
  if (status === 'succeeded')
    await trx.run(sql`update credit_top_ups set failures = 0, problem = null where client_id = ${clientId}`)
  if (status !== 'declined') return
  const now = means.business.now()
  const stops = retry !== 'later' || endsMethod(retry)
  const paused = await trx.run(sql`
    update credit_top_ups set failures = failures + 1, problem = ${said}, updated_at = ${now}, version = version + 1,
      paused_at = case when ${stops ? 1 : 0} = 1 or failures + 1 >= ${FAILURES_MAX} then ${now} else null end
    where client_id = ${clientId} and paused_at is null`)
  if (paused === 0) return
  const scope = { subject: clientId, clientId, brandId: payment.brand_id }
  await recordAudit(means, trx, actor, [
    { ...scope, action: 'credit.top_up_declined', after: { payment_id: payment.id, retry }, reason: said },
  ])
}
