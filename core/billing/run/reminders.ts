import { sql, type Sql, type Trx } from '../../db/index.ts'
import type { Actor, IsoDate } from '../../kernel/index.ts'
import { scopedSettings, type Means, type ScopedSettings } from '../../records/index.ts'
import { allocatedTo } from '../invoice.ts'
import { enterByDay, type Dunned } from '../dunning/quiet-hours.ts'
import { askedNow } from '../instalments/asked-now.ts'
import { owedBetween, stepName, stepOf } from '../dunning/owed-on.ts'
import { owedFor, type DunningStep } from '../dunning/step.ts'
import { nothingComing } from '../payments/under-way.ts'
import type { BilledDay } from '../ports.ts'
import { remindAfter, remindBefore } from '../settings.ts'
import { eachByItself } from './each-by-itself.ts'
import { ofBrands } from './zones.ts'

export interface ReminderStep extends DunningStep {
  template: string
  /** The mail where the document is a proforma: nothing is owed on it. */
  proforma: string
}

/** The settings of reminders. */
export const REMINDERS = { before: remindBefore, after: remindAfter }

interface Open {
  id: string
  number: string
  client_id: string
  brand_id: string
  currency: string
  proforma: number
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
  let sent = 0
  for (const { step, rows } of remindedBy(await scopedSettings(means.db, REMINDERS))) {
    const window = owedFor(step, day.on)
    const among = sql`${rows} and ${ofBrands(SCOPES.brand, day.brandIds)}`
    sent += await sendStep(means, { step, condition: toRemind({ step, window, among }) }, actor)
  }
  return sent
}

const SCOPES = { brand: sql`i.brand_id`, client: sql`i.client_id` }

/** Every step that is in force for anybody, with the condition that a document (i) of a client (c) has it. */
export function remindedBy({
  before,
  after,
}: ScopedSettings<typeof REMINDERS>): { step: ReminderStep; rows: Sql }[] {
  const early = before.values.flatMap((days) =>
    earlySteps(days).map((step) => ({ step, rows: before.has(days, SCOPES) })),
  )
  const late = after.values.flatMap((days) =>
    lateSteps(days).map((step) => ({
      step,
      rows: sql`c.overdue_notices = 1 and ${after.has(days, SCOPES)}`,
    })),
  )
  return [...early, ...late]
}

const earlySteps = (before: readonly number[]): ReminderStep[] =>
  before.map((days) => ({
    name: `before_${days}`,
    ...{ template: 'invoice-reminder', proforma: 'proforma-reminder' },
    ...{ firstDay: -days, lastDay: days > 0 ? -1 : 0 },
  }))

const lateSteps = (after: readonly number[]): ReminderStep[] =>
  [...after]
    .sort((a, b) => a - b)
    .map((days, i) => ({
      name: `overdue_${i + 1}`,
      ...{ template: `invoice-overdue-${i + 1}`, proforma: 'proforma-waiting' },
      ...{ firstDay: days, lastDay: days + CATCH_UP_DAYS },
    }))

/** The condition that a document (i) takes a step in a window; `among` are those that have the step at all. */
export const toRemind = ({
  step,
  window,
  among,
}: {
  step: DunningStep
  window: ReturnType<typeof owedFor>
  among: Sql
}): Sql => sql`
  i.status = 'issued' and i.kind = 'invoice' and i.total_minor > 0 and i.in_collections_at is null and i.suspected_at is null
    and ${owedBetween(window.owedFrom, window.owedTo)} and ${among} and ${nothingComing}
    and not exists (select 1 from reminders r where r.document_id = i.id and r.step = ${stepOf(step.name)})`

interface OpenStep {
  step: ReminderStep
  condition: Sql
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
function openInvoices(means: Means, { condition }: OpenStep, after: string): Promise<Open[]> {
  return means.db.all<Open>(sql`
    select i.id, i.number, i.client_id, i.brand_id, i.currency, i.proforma, i.due_on, i.owed_on, i.total_minor, c.name, c.email, c.locale
    from invoices i join clients c on c.id = i.client_id where i.id > ${after} and ${condition} order by i.id limit ${BATCH}`)
}

async function enter(
  means: Means,
  trx: Trx,
  batch: { step: ReminderStep; rows: readonly Open[]; actor: Actor },
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

function mailOf(
  means: Means,
  { row, step, openMinor }: { row: Open; step: ReminderStep; openMinor: bigint },
) {
  const key = `${row.id}/${stepName(step.name, row)}`
  return {
    task: 'mail.send',
    key,
    payload: {
      template: row.proforma === 1 ? step.proforma : step.template,
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
