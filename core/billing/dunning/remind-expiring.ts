import { Type } from '../../../sdk/index.ts'
import { sql, type Sql } from '../../db/index.ts'
import { addDays, addMonths, isoDate, systemActor, type IsoDate } from '../../kernel/index.ts'
import { enterMail } from '../../mail/index.ts'
import { defineSetting, readSetting, type Means } from '../../records/index.ts'
import type { BilledDay } from '../ports.ts'
import { eachByItself } from '../run/each-by-itself.ts'
import { ofBrands } from '../run/zones.ts'
import { jobsByDay } from './quiet-hours.ts'

/** Days before a saved method expires on which its holder is told; 0: not at all. */
export const expiryNotice = defineSetting({
  key: 'billing.expiry_notice_days',
  schema: Type.Integer({ minimum: 0, maximum: 90 }),
  preset: 30,
  scopes: ['installation'],
})

const BATCH = 200
const actor = systemActor('billing_run')

interface Expiring {
  id: string
  client_id: string
  brand_id: string
  label: string
  expires_on: string
  name: string
  email: string
  locale: string
}

/** Tells holders of methods that are about to expire, once for each expiry. Answers how many. */
export async function remindExpiring(means: Means, { on, brandIds }: BilledDay): Promise<number> {
  const days = await readSetting(means.db, expiryNotice)
  if (days === 0) return 0
  const daily = { refusal: 'payment_method.remind_refused', failure: 'payment_method.remind_failed', actor }
  let told = 0
  for (let after = ''; ;) {
    // A card of "2027-09" works through the whole month: it expires with the last day of it.
    const rows = await means.db.all<Expiring>(sql`
      select m.id, m.client_id, c.brand_id, m.label, m.expires_on, c.name, c.email, c.locale
      from payment_methods m join clients c on c.id = m.client_id
      where m.id > ${after} and ${isExpiring({ from: on, until: addDays(on, days) })} and ${ofBrands(sql`c.brand_id`, brandIds)}
      order by m.id limit ${BATCH}`)
    const ripe = rows.filter((row) => tellOn(row.expires_on, days) <= on)
    told += await eachByItself(means, { ...daily, ids: ripe.map(({ id }) => id) }, async (trx, ids) => {
      const act = { task: 'method_expiring', outcome: 'entered', acted_at: means.business.now() }
      const own = ripe.filter(({ id }) => ids.includes(id))
      await trx.insert(
        'automated_acts',
        own.map((row) => ({ ...act, subject: row.id, period: row.expires_on })),
      )
      for (const row of own) await enterMail({ jobs: jobsByDay(means, keyOf(row)) }, trx, mailOf(row))
      return own.length
    })
    if (rows.length < BATCH) return told
    after = rows.at(-1)!.id
  }
}

/** The condition that a method (m) of a client (c) expires between two days, to the month, and that nobody was told. */
export const isExpiring = ({ from, until }: { from: IsoDate; until: IsoDate }): Sql => sql`
  m.removed_at is null and m.refused_at is null and m.expires_on >= ${from.slice(0, 7)} and m.expires_on <= ${until.slice(0, 7)}
    and c.status = 'active'
    and not exists (select 1 from automated_acts a where a.task = 'method_expiring' and a.subject = m.id and a.period = m.expires_on)`

/** The day from which on the holder is told of an expiry, so many days before it. */
export const tellOn = (month: string, days: number): IsoDate => addDays(lastDay(month), -days)

const lastDay = (month: string): IsoDate => addDays(addMonths(isoDate(`${month}-01`), 1), -1)

const keyOf = (row: Expiring) => ({
  ...{ brandId: row.brand_id, clientId: row.client_id },
  key: `${row.id}/expires/${row.expires_on}`,
})

const mailOf = (row: Expiring) => ({
  template: 'method-expiring' as const,
  to: { address: row.email, name: row.name },
  ...{ client_id: row.client_id, brand_id: row.brand_id, subject_of: row.id, locale: row.locale },
  key: keyOf(row).key,
  data: { url: '/portal/payment-methods', method: row.label, expires_on: lastDay(row.expires_on) },
})
