import { sql } from '../../db/index.ts'
import type { Consumer } from '../../events/index.ts'
import { addDays, systemActor, type IsoDate } from '../../kernel/index.ts'
import { readSetting, type Means } from '../../records/index.ts'
import { exemptionNoticeDays, taxIdRecheckDays } from '../settings.ts'
import { tellStaff } from '../tell-staff.ts'
import { checkTaxId, type TaxMeans } from './check-tax-id.ts'
import { LAPSING_DAYS } from './list-tax-ids.ts'

const actor = systemActor('tax')

/** Asks about a tax id as soon as one was entered or changed. */
export function taxIdConsumer(means: Means): Consumer {
  return {
    name: 'billing.tax_ids',
    types: ['client.created', 'client.changed'],
    handle: async (trx, event) => {
      const { changed } = event.body as { changed?: string[] }
      if (changed && !changed.includes('tax_id') && !changed.includes('country')) return
      const client = await trx.get(
        sql`select id from clients where id = ${event.subject} and tax_id is not null`,
      )
      if (!client) return
      const payload = { client_id: event.subject }
      await means.jobs.enqueue(trx, [
        { task: 'billing.check_tax_id', payload, key: `tax-id/${event.subject}` },
      ])
    },
  }
}

export async function checkTaxIdJob(means: TaxMeans, job: { client_id: string }): Promise<void> {
  await checkTaxId(means, job, actor)
}

const BATCH = 50

/** Daily: old answers are asked for again, and staff hear of what ends. */
export async function careForTax(means: TaxMeans): Promise<{ asked: number; told: number }> {
  let [asked, told] = [0, 0]
  const brands = await means.db.all<{ id: string; zone: string }>(
    sql`select id, zone from brands order by id`,
  )
  for (const brand of brands) {
    const today = means.business.today(brand.zone)
    asked += await askAgain(means, brand.id, today)
    told += await tellOfEnds(means, brand.id, today)
  }
  return { asked, told }
}

async function askAgain(means: TaxMeans, brandId: string, today: IsoDate): Promise<number> {
  const days = await readSetting(means.db, taxIdRecheckDays, { brand: brandId })
  const before = `${addDays(today, 1 - days)}T00:00:00.000Z`
  const rows = await means.db.all<{ id: string }>(sql`
    select c.id from clients c where c.brand_id = ${brandId} and c.tax_id is not null and c.tax_id_valid_for is not null
    and not exists (select 1 from tax_id_checks k where k.client_id = c.id and k.outcome <> 'unknown' and k.checked_at >= ${before})
    order by c.tax_id_checked_at, c.id limit ${BATCH}`)
  for (const { id } of rows) await checkTaxId(means, { client_id: id }, actor)
  return rows.length
}

interface Ending {
  id: string
  client_id: string
  client: string
  label: string
  ends_on: IsoDate
}

async function tellOfEnds(means: Means, brandId: string, today: IsoDate): Promise<number> {
  const days = await readSetting(means.db, exemptionNoticeDays, { brand: brandId })
  const papers = await means.db.all<Ending>(sql`
    select e.id, e.client_id, coalesce(c.company, c.name) as client, e.number as label, e.ends_on from tax_exemptions e join clients c on c.id = e.client_id
    where c.brand_id = ${brandId} and e.withdrawn_at is null and e.ends_on between ${today} and ${addDays(today, days)} order by e.id`)
  const ids = await means.db.all<Ending>(sql`
    select c.id, c.id as client_id, coalesce(c.company, c.name) as client, c.tax_id as label, c.tax_id_valid_through as ends_on from clients c
    where c.brand_id = ${brandId} and c.tax_id is not null and c.tax_id_valid_for is not null
    and c.tax_id_valid_through between ${addDays(today, -1)} and ${addDays(today, LAPSING_DAYS)} order by c.id`)
  let told = 0
  for (const ending of papers) told += await tell(means, { brandId, template: 'exemption-ends', ending })
  for (const ending of ids) told += await tell(means, { brandId, template: 'tax-id-lapses', ending })
  return told
}

interface Telling {
  brandId: string
  template: 'exemption-ends' | 'tax-id-lapses'
  ending: Ending
}

/** Once for each end: the row decides, so a repeated run tells nobody twice. */
function tell(means: Means, { brandId, template, ending }: Telling): Promise<number> {
  return means.db.transaction(async (trx) => {
    const act = { task: template, subject: ending.id, period: ending.ends_on, acted_at: means.business.now() }
    const first = await trx.run(sql`
      insert into automated_acts (task, subject, period, outcome, acted_at) values (${act.task}, ${act.subject}, ${act.period}, 'told', ${act.acted_at})
      on conflict (task, subject, period) do nothing`)
    if (first === 0) return 0
    const path = template === 'exemption-ends' ? 'exemptions' : 'ids'
    const data = {
      ...{ client: ending.client, label: ending.label, ends_on: ending.ends_on },
      url: `/admin/tax/${path}?client=${ending.client_id}`,
    }
    const subject = ending.client_id
    await tellStaff(means, trx, {
      brandId,
      permission: 'tax_id.confirm',
      template,
      data,
      subject,
      key: `${template}/${ending.id}/${ending.ends_on}`,
    })
    return 1
  })
}
