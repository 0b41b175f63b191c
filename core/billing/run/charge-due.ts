import { list, sql, type Queries, type Sql, type Trx } from '../../db/index.ts'
import { addDays, systemActor, type IsoDate } from '../../kernel/index.ts'
import { scopedSetting, type Means } from '../../records/index.ts'
import { chargeable } from '../dunning/chargeable.ts'
import { enterByDay } from '../dunning/quiet-hours.ts'
import { gapsOf, RETRY_SCOPES, triesOf } from '../dunning/retry-plan.ts'
import { owedBetween, stepName, stepOf } from '../dunning/owed-on.ts'
import { owedFor, type DunningStep } from '../dunning/step.ts'
import { payable } from '../payments/demand-offered.ts'
import type { BilledDay } from '../ports.ts'
import { chargeRetries } from '../settings.ts'
import { eachByItself } from './each-by-itself.ts'
import { presentWorld } from './world-ahead.ts'
import { ofBrands } from './zones.ts'

const BATCH = 200
const actor = systemActor('billing_run')
/** A try that was missed is made up to this many days late. */
const CATCH_UP_DAYS = 3

/**
 * Enters one job for each document that is due and whose client pays by a saved method: on the due day, and again on
 * the days of the retry plan, by day where the client lives. The act's row is unique for document and try, so no day is
 * charged twice.
 */
export async function chargeDue(means: Means, { on: today, brandIds }: BilledDay): Promise<number> {
  const retries = await scopedSetting(means.db, chargeRetries)
  let entered = 0
  for (const plan of retries.values) {
    const among = sql`${retries.has(plan, RETRY_SCOPES)} and ${ofBrands(RETRY_SCOPES.brand, brandIds)}`
    entered += await enterPlan(means, { plan, among, today })
  }
  return entered
}

/** Pure: the tries of a plan, from the due day on. */
export const chargeSteps = (plan: readonly number[]): DunningStep[] =>
  triesOf(plan).map((days, i) => ({ name: nameOf(i + 1), firstDay: days, lastDay: days + CATCH_UP_DAYS }))

async function enterPlan(
  means: Means,
  { plan, among, today }: { plan: readonly number[]; among: Sql; today: IsoDate },
): Promise<number> {
  let entered = 0
  for (const [i, step] of chargeSteps(plan).entries()) {
    const { owedFrom, owedTo } = owedFor(step, today)
    entered += await enterAttempt(means, { attempt: i + 1, among, when: owedBetween(owedFrom, owedTo) })
  }
  for (const [i, gap] of gapsOf(triesOf(plan)).entries())
    entered += await enterAttempt(means, {
      attempt: i + 2,
      among,
      when: returnedBefore(i + 1, { today, gap }),
    })
  return entered
}

/** A try that the bank returned after days may have outlasted the plan: the next one counts from that day. */
function returnedBefore(attempt: number, { today, gap }: { today: IsoDate; gap: number }): Sql {
  const from = addDays(today, -gap - CATCH_UP_DAYS)
  return sql`i.id in (select d.invoice_id from payments d where d.returned_on between ${from} and ${addDays(today, -gap)} and d.status = 'declined' and d.retry = 'later' and d.kind = 'saved_method' and not exists (select 1 from payments e where e.invoice_id = d.invoice_id and e.id > d.id))
    and exists (select 1 from automated_acts b where b.task = 'charge' and b.subject = i.id and b.period = ${stepOf(`try_${attempt}`)})`
}

export interface Attempt {
  attempt: number
  /** Those of the brands that are billed whose scope has this plan. */
  among: Sql
  /** The condition that its day has come for a document by the name i. */
  when: Sql
}

interface Due {
  id: string
  brand_id: string
  client_id: string
  owed_on: IsoDate | null
  currency: string
}

const nameOf = (attempt: number): string => `try_${attempt}`

/** The condition that a document (i) of a client (c) is charged by itself. */
export const toCharge = ({ attempt, among, when }: Attempt): Sql => sql`
  i.status = 'issued' and i.kind = 'invoice' and i.total_minor > 0 and i.in_collections_at is null and i.suspected_at is null and ${when} and c.auto_charge = 1 and ${among}
    and exists (select 1 from payment_methods m where m.client_id = c.id and m.preferred = 1 and ${chargeable})
    and not exists (select 1 from automated_acts a where a.task = 'charge' and a.subject = i.id and a.period = ${stepOf(nameOf(attempt))})`

async function enterAttempt(means: Means, plan: Attempt): Promise<number> {
  const period = nameOf(plan.attempt)
  const daily = { refusal: 'invoice.charge_refused', failure: 'invoice.charge_failed', actor }
  let entered = 0
  for (let after = ''; ;) {
    const found = await means.db.all<Due>(sql`
      select i.id, i.brand_id, i.client_id, i.owed_on, i.currency from invoices i join clients c on c.id = i.client_id
      where i.id > ${after} and ${toCharge(plan)} order by i.id limit ${BATCH}`)
    if (found.length === 0) return entered
    after = found.at(-1)!.id
    const due = await takenByMethods(means.db, found)
    entered += await eachByItself(means, { ...daily, ids: due.map(({ id }) => id) }, async (trx, ids) => {
      const rows = due.filter(({ id }) => ids.includes(id))
      await enterTries(means, trx, { rows, attempt: plan.attempt, period })
      return rows.length
    })
  }
}

/** Without those that the rules of the gateway rule out at which their client's method is saved. */
export async function takenByMethods<D extends Pick<Due, 'id' | 'client_id' | 'currency'>>(
  queries: Queries,
  found: readonly D[],
  world = presentWorld,
): Promise<D[]> {
  if (found.length === 0) return []
  const clientIds = [...new Set(found.map((row) => row.client_id))]
  const methods = await queries.all<{ client_id: string; rules: string | null }>(sql`
    select m.client_id, r.rules from payment_methods m left join gateway_rules r on r.instance_id = m.instance_id
    where m.client_id in (${list(clientIds)}) and m.preferred = 1 and m.removed_at is null and m.refused_at is null order by m.created_at desc`)
  // The oldest is charged, and so the last one that is put in.
  const rules = new Map(methods.map((method) => [method.client_id, method.rules]))
  const asked = found.map(({ id, client_id: clientId, currency }) => ({
    ...{ clientId, currency, invoiceIds: [id], rules: rules.get(clientId) ?? null },
  }))
  const kept = new Set((await payable(queries, asked, world)).flatMap(({ invoiceIds }) => invoiceIds))
  return found.filter(({ id }) => kept.has(id))
}

async function enterTries(
  means: Means,
  trx: Trx,
  { rows, attempt, period }: { rows: readonly Due[]; attempt: number; period: string },
): Promise<void> {
  const act = { task: 'charge', outcome: 'entered', acted_at: means.business.now() }
  await trx.insert(
    'automated_acts',
    rows.map((row) => ({ ...act, subject: row.id, period: stepName(period, row) })),
  )
  await enterByDay(
    means,
    trx,
    rows.map((row) => ({
      ...{ brandId: row.brand_id, clientId: row.client_id },
      job: {
        task: 'billing.charge',
        payload: {
          ...{ invoice_id: row.id, attempt },
          ...(row.owed_on === null ? {} : { owed_on: row.owed_on }),
        },
        key: `charge/${row.id}`,
      },
    })),
  )
}
