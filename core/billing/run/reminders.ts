import { sql, type Sql, type Trx } from '../../db/index.ts'
import { addDays, type Actor, type IsoDate } from '../../kernel/index.ts'
import { scopedSetting, type Means } from '../../records/index.ts'
import { allocatedTo } from '../invoice.ts'
import { enterByDay, type Dunned } from '../dunning/quiet-hours.ts'
import { askedNow } from '../instalments/asked-now.ts'
import { owedBetween, stepName, stepOf } from '../dunning/owed-on.ts'
import { nothingComing } from '../payments/under-way.ts'
import type { BilledDay } from '../ports.ts'
import { remindAfter, remindBefore } from '../settings.ts'
import { eachByItself } from './each-by-itself.ts'
import { ofBrands } from './zones.ts'

interface Step {
  /** "before_3", "overdue_1": unique with the document, so that a notice goes out once however often the day is run. */
  name: string
  template: string
  dueFrom: IsoDate
  dueTo: IsoDate
}

interface Open {
  id: string
  number: string
  client_id: string
  brand_id: string
  currency: string
  due_on: IsoDate
  owed_on: IsoDate | null
  total_minor: bigint
  name: string
  email: string
  locale: string
}

const BATCH = 200
/** A notice that was missed is sent up to this many days late, then never: nobody wants three at once. */
const CATCH_UP_DAYS = 3

/** Reminders before the due day and up to three notices after it. Answers how many were entered. */
export async function sendReminders(means: Means, day: BilledDay, actor: Actor): Promise<number> {
  const before = await scopedSetting(means.db, remindBefore)
  const after = await scopedSetting(means.db, remindAfter)
  const early = before.values.map((days) => ({
    steps: earlySteps(days, day.on),
    rows: before.has(days, SCOPES),
  }))
  const late = after.values.map((days) => ({
    steps: lateSteps(days, day.on),
    rows: sql`c.overdue_notices = 1 and ${after.has(days, SCOPES)}`,
  }))
  let sent = 0
  for (const { steps, rows } of [...early, ...late]) {
    const among = sql`${rows} and ${ofBrands(SCOPES.brand, day.brandIds)}`
    for (const step of steps) sent += await sendStep(means, { step, among }, actor)
  }
  return sent
}

const SCOPES = { brand: sql`i.brand_id`, client: sql`i.client_id` }

function earlySteps(before: readonly number[], today: IsoDate): Step[] {
  return before.map((days) => ({
    name: `before_${days}`,
    template: 'invoice-reminder',
    dueFrom: addDays(today, days > 0 ? 1 : 0),
    dueTo: addDays(today, days),
  }))
}

function lateSteps(after: readonly number[], today: IsoDate): Step[] {
  return [...after]
    .sort((a, b) => a - b)
    .map((days, i) => ({
      name: `overdue_${i + 1}`,
      template: `invoice-overdue-${i + 1}`,
      dueFrom: addDays(today, -days - CATCH_UP_DAYS),
      dueTo: addDays(today, -days),
    }))
}

interface OpenStep {
  step: Step
  /** Those of the brands that are billed whose scope has this step. */
  among: Sql
}

async function sendStep(means: Means, of: OpenStep, actor: Actor): Promise<number> {
  const daily = { refusal: 'invoice.remind_refused', failure: 'invoice.remind_failed', actor }
  let sent = 0
  for (let after = ''; ;) {
    const found = await openInvoices(means, of, after)
    if (found.length === 0) return sent
    after = found.at(-1)!.id
    sent += await eachByItself(means, { ...daily, ids: found.map(({ id }) => id) }, async (trx, ids) => {
      const rows = found.filter(({ id }) => ids.includes(id))
      await enter(means, trx, { step: of.step, rows, actor })
      return rows.length
    })
  }
}

/** Documents without this step yet. */
function openInvoices(means: Means, { step, among }: OpenStep, after: string): Promise<Open[]> {
  return means.db.all<Open>(sql`
    select i.id, i.number, i.client_id, i.brand_id, i.currency, i.due_on, i.owed_on, i.total_minor, c.name, c.email, c.locale
    from invoices i join clients c on c.id = i.client_id
    where i.id > ${after} and i.status = 'issued' and i.kind = 'invoice' and i.total_minor > 0 and i.in_collections_at is null and i.suspected_at is null and ${owedBetween(step.dueFrom, step.dueTo)} and ${among}
      and ${nothingComing}
      and not exists (select 1 from reminders r where r.document_id = i.id and r.step = ${stepOf(step.name)})
    order by i.id limit ${BATCH}`)
}

async function enter(
  means: Means,
  trx: Trx,
  batch: { step: Step; rows: readonly Open[]; actor: Actor },
): Promise<void> {
  const { step, rows } = batch
  const now = means.business.now()
  const allocated = await allocatedTo(
    trx,
    rows.map((row) => row.id),
  )
  await trx.insert(
    'reminders',
    rows.map((row) => ({
      ...{ document_id: row.id, step: stepName(step.name, row) },
      ...{ client_id: row.client_id, sent_at: now },
    })),
  )
  const dunned: Dunned[] = []
  for (const row of rows) {
    const openMinor = row.total_minor - (allocated.get(row.id) ?? 0n)
    const askedMinor = await askedNow(means, trx, { invoice: row, openMinor })
    const { brand_id: brandId, client_id: clientId } = row
    dunned.push({ brandId, clientId, job: mailOf(means, { row, step, openMinor: askedMinor }) })
  }
  await enterByDay(means, trx, dunned)
}

function mailOf(means: Means, { row, step, openMinor }: { row: Open; step: Step; openMinor: bigint }) {
  const key = `${row.id}/${stepName(step.name, row)}`
  return {
    task: 'mail.send',
    key,
    payload: {
      template: step.template,
      to: { address: row.email, name: row.name },
      client_id: row.client_id,
      brand_id: row.brand_id,
      subject_of: row.id,
      locale: row.locale,
      key,
      data: {
        number: row.number,
        due_on: row.due_on,
        expected_on: row.owed_on === row.due_on ? null : row.owed_on,
        amount: { minor: openMinor.toString(), currency: row.currency },
        url: `${means.publicUrl}/portal/invoices/${row.id}`,
      },
    },
  }
}
