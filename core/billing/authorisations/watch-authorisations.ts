import { sql, type Trx } from '../../db/index.ts'
import { recordEvent } from '../../events/index.ts'
import { addDays, type Actor } from '../../kernel/index.ts'
import { scopedSetting, type Means } from '../../records/index.ts'
import type { BilledDay } from '../ports.ts'
import { eachByItself } from '../run/each-by-itself.ts'
import { ofBrands } from '../run/zones.ts'
import { captureNoticeDays } from '../settings.ts'
import { tellStaff } from '../tell-staff.ts'
import type { AuthorisationRow } from './authorisation.ts'

const BATCH = 200

type Held = AuthorisationRow & { client: string; number: string }

/**
 * Tells staff, once, of reserved money that will end soon; of what should have ended the gateway is asked every day.
 * Answers how many were told of.
 */
export async function watchAuthorisations(means: Means, day: BilledDay, actor: Actor): Promise<number> {
  const notice = await scopedSetting(means.db, captureNoticeDays)
  const daily = { refusal: 'authorisation.tell_refused', failure: 'authorisation.tell_failed', actor }
  let told = 0
  for (const days of notice.values) {
    const rows = await means.db.all<Held>(sql`
      select a.*, coalesce(c.company, c.name) as client, i.number from authorisations a join clients c on c.id = a.client_id join invoices i on i.id = a.invoice_id
      where a.status = 'held' and a.expires_at < ${addDays(day.on, days + 1)} and ${notice.has(days, { brand: sql`a.brand_id` })} and ${ofBrands(sql`a.brand_id`, day.brandIds)}
      and not exists (select 1 from automated_acts t where t.task = 'capture_due' and t.subject = a.id and t.period = 'once') order by a.id limit ${BATCH}`)
    for (const row of rows)
      told += await eachByItself(means, { ...daily, ids: [row.id] }, (trx) => tell(means, trx, row, actor))
  }
  await askOfEnded(means, day)
  return told
}

async function tell(means: Means, trx: Trx, row: Held, actor: Actor): Promise<number> {
  const first = await trx.run(sql`
    insert into automated_acts (task, subject, period, outcome, acted_at) values ('capture_due', ${row.id}, 'once', 'told', ${means.business.now()})
    on conflict (task, subject, period) do nothing`)
  if (first === 0) return 0
  const amount = { minor: row.amount_minor.toString(), currency: row.currency }
  const { brand_id: brandId, client_id: clientId, payment_id, invoice_id, expires_at } = row
  await recordEvent(means, trx, actor, {
    ...{ subject: row.id, brandId, clientId, type: 'authorisation.capture_due' },
    body: { id: row.id, payment_id, invoice_id, amount, expires_at },
  })
  await tellStaff(means, trx, {
    ...{ brandId, subject: payment_id, permission: 'payment.capture', template: 'capture-due' },
    ...{ key: `capture-due/${row.id}` },
    data: {
      url: `/admin/payments/${payment_id}`,
      client: row.client,
      number: row.number,
      amount,
      expires_at,
    },
  })
  return 1
}

async function askOfEnded(means: Means, day: BilledDay): Promise<void> {
  const rows = await means.db.all<{ payment_id: string }>(sql`
    select a.payment_id from authorisations a where a.status = 'held' and a.expires_at < ${day.on} and ${ofBrands(sql`a.brand_id`, day.brandIds)}
    order by a.id limit ${BATCH}`)
  if (rows.length === 0) return
  await means.db.transaction((trx) =>
    means.jobs.enqueue(
      trx,
      rows.map(({ payment_id }) => ({
        ...{ task: 'billing.check_payment', payload: { payment_id } },
        key: `authorisation-ended/${payment_id}/${day.on}`,
      })),
    ),
  )
}
