import { eachByItself, ofBrands, type BilledDay } from '../billing/index.ts'
import { list, sql, type Trx } from '../db/index.ts'
import { addDays, systemActor, type IsoDate } from '../kernel/index.ts'
import { readSetting, type Means } from '../records/index.ts'
import { endService } from './end-service.ts'
import { lockService } from './load.ts'
import { mailClient, servicePath } from './mails.ts'
import type { ServiceRow } from './rows.ts'
import { announceEnds } from './settings.ts'

const CHUNK = 50
const actor = systemActor('end_terms')

/** The daily step: ends what was sold for a number of periods, or as a trial alone, on the day after its last one. */
export async function endTerms(means: Means, { on: day, brandIds }: BilledDay): Promise<number> {
  let after = { charged_through: '', id: '' }
  for (let ended = 0; ;) {
    const due = await means.db.all<{ id: string; charged_through: IsoDate }>(sql`
      select id, charged_through from services where periods_left = 0 and ended_on is null and charged_through <= ${day}
        and billing_status in ('active', 'ending') and (charged_through, id) > (${after.charged_through}, ${after.id})
        and ${ofBrands(sql`brand_id`, brandIds)}
      order by charged_through, id limit ${CHUNK}`)
    if (due.length === 0) return ended
    after = due.at(-1)!
    const ids = due.map(({ id }) => id)
    const daily = { ids, refusal: 'service.end_refused', failure: 'service.end_failed', actor }
    ended += await eachByItself(means, daily, endThose(means))
  }
}

const endThose =
  (means: Means) =>
  async (trx: Trx, ids: readonly string[]): Promise<number> => {
    let count = 0
    for (const id of ids) {
      const service = await lockService(trx, id)
      if (service.billing_status !== 'active' && service.billing_status !== 'ending') continue
      const reason = service.trial_ends_on === service.charged_through ? 'Trial is over' : 'Term is over'
      await endService(means, trx, { service, reason }, actor)
      count++
    }
    return count
  }

/** The automated act by which nobody is told twice. */
export const ANNOUNCED_ENDS = 'services.announce_end'

/** The daily step: tells of trials and terms that end soon, once each. Answers how many were told. */
export async function announceTerms(means: Means, { on: day, brandIds }: BilledDay): Promise<number> {
  const days = await readSetting(means.db, announceEnds)
  const last = addDays(day, days)
  let after = ''
  for (let told = 0; ;) {
    const rows = await means.db.all<ServiceRow>(sql`
      select s.* from services s where s.id in (
          select x.id from services x where x.trial_ends_on between ${addDays(day, 1)} and ${last}
            and x.ended_on is null and x.trial_ends_on = x.anchor_on
          union all select y.id from services y where y.periods_left = 0 and y.ended_on is null
            and y.charged_through between ${addDays(day, 1)} and ${last})
        and s.billing_status = 'active' and s.cancel_on is null and s.id > ${after}
        and ${ofBrands(sql`s.brand_id`, brandIds)}
        and not exists (select 1 from automated_acts a where a.task = ${ANNOUNCED_ENDS} and a.subject = s.id
          and a.period = case when s.trial_ends_on > ${day} then s.trial_ends_on else s.charged_through end)
      order by s.id limit ${CHUNK}`)
    if (rows.length === 0) return told
    after = rows.at(-1)!.id
    const ids = rows.map(({ id }) => id)
    const daily = { ids, refusal: 'service.announce_refused', failure: 'service.announce_failed', actor }
    told += await eachByItself(means, daily, async (trx, some) => {
      await tell(
        means,
        trx,
        rows.filter(({ id }) => some.includes(id)),
        day,
      )
      return some.length
    })
  }
}

const onTrial = ({ trial_ends_on: on }: ServiceRow, day: IsoDate): boolean => on !== null && on > day

async function tell(means: Means, trx: Trx, rows: readonly ServiceRow[], day: IsoDate): Promise<void> {
  const now = means.business.now()
  const told = rows.map((service) => ({
    service,
    endsOn: onTrial(service, day) ? service.trial_ends_on! : service.charged_through!,
    converts:
      onTrial(service, day) &&
      !(service.periods_left === 0 && service.charged_through === service.trial_ends_on),
  }))
  await trx.insert(
    'automated_acts',
    told.map(({ service: { id: subject }, endsOn: period }) => ({
      ...{ task: ANNOUNCED_ENDS, subject, period, outcome: 'done', acted_at: now },
    })),
  )
  const names = await trx.all<{ id: string; name: string }>(
    sql`select s.id, p.name from services s join products p on p.id = s.product_id where s.id in (${list(rows.map(({ id }) => id))})`,
  )
  const nameOf = new Map(names.map(({ id, name }) => [id, name]))
  for (const { service, endsOn, converts } of told) {
    const { recurring_minor: minor, currency } = service
    await mailClient(means, trx, service, {
      template: converts ? 'trial-converts' : 'service-term-ends',
      link: servicePath(service),
      occasion: endsOn,
      data: {
        ...{ ends_on: endsOn, label: service.label || (nameOf.get(service.id) ?? '') },
        ...(converts ? { amount: { minor: minor.toString(), currency } } : {}),
      },
    })
  }
}
