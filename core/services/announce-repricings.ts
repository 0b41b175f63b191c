import { eachByItself, ofBrands, type BilledDay } from '../billing/index.ts'
import { list, sql, type Trx } from '../db/index.ts'
import { addDays, systemActor, type IsoDate } from '../kernel/index.ts'
import { applyTransition, type Means } from '../records/index.ts'
import { campaignLifecycle, markRepricings, type CampaignRow, type RepricingRow } from './campaigns.ts'
import { mailClient, servicePath } from './mails.ts'
import { firstOn } from './repricing.ts'
import type { ServiceRow } from './rows.ts'

const CHUNK = 50
const actor = systemActor('price_campaigns')
const DAILY = {
  refusal: 'service_repricing.announce_refused',
  failure: 'service_repricing.announce_failed',
  actor,
}

/**
 * The daily step: tells clients of price changes on their notice day, lets go of services that have ended or become
 * another thing, and closes campaigns with nothing left to do. Answers how many were told.
 */
export async function announceRepricings(means: Means, { on: day, brandIds }: BilledDay): Promise<number> {
  let told = 0
  let after = ''
  for (;;) {
    const rows = await means.db.all<RepricingRow & { notice_days: number }>(sql`
      select r.*, k.notice_days from service_repricings r join price_campaigns k on k.id = r.campaign_id
      where r.status = 'planned' and r.notice_on <= ${day} and r.id > ${after} and ${ofBrands(sql`r.brand_id`, brandIds)}
      order by r.id limit ${CHUNK}`)
    if (rows.length === 0) break
    after = rows.at(-1)!.id
    const ids = rows.map(({ id }) => id)
    told += await eachByItself(means, { ...DAILY, ids }, (trx, some) =>
      announce(
        means,
        trx,
        rows.filter(({ id }) => some.includes(id)),
        day,
      ),
    )
  }
  await letGo(means)
  await finish(means)
  return told
}

type Due = RepricingRow & { notice_days: number }

async function announce(means: Means, trx: Trx, rows: readonly Due[], day: IsoDate): Promise<number> {
  const services = await trx.all<ServiceRow & { product_name: string }>(sql`
    select s.*, p.name as product_name from services s join products p on p.id = s.product_id
    where s.id in (${list(rows.map(({ service_id }) => service_id))})`)
  const byId = new Map(services.map((service) => [service.id, service]))
  const told: string[] = []
  for (const row of rows) {
    const service = byId.get(row.service_id)!
    if (service.next_period_on === null) continue
    // Days that were slept through count against us: the client has the whole notice, or the period after it.
    const soonest = addDays(day, row.notice_days)
    const startsOn = firstOn({ ...service, next_period_on: service.next_period_on }, row.from_on)
    const fromOn =
      startsOn && startsOn < soonest ? firstOn({ ...service, next_period_on: startsOn }, soonest) : startsOn
    if (fromOn === null) continue
    if (fromOn !== row.from_on)
      await trx.run(
        sql`update service_repricings set from_on = ${fromOn}, notice_on = ${addDays(fromOn, -row.notice_days)} where id = ${row.id}`,
      )
    if (addDays(fromOn, -row.notice_days) > day) continue
    await tell(means, trx, { row, service, fromOn })
    told.push(row.id)
  }
  return told.length === 0 ? 0 : markRepricings(trx, told, 'announced')
}

async function tell(
  means: Means,
  trx: Trx,
  of: { row: Due; service: ServiceRow & { product_name: string }; fromOn: IsoDate },
): Promise<void> {
  const { row, service, fromOn } = of
  const amount = (minor: bigint) => ({ minor: minor.toString(), currency: service.currency })
  await mailClient(means, trx, service, {
    template: 'price-change',
    link: servicePath(service),
    occasion: row.campaign_id,
    data: {
      label: service.label || service.product_name,
      from_on: fromOn,
      before: amount(row.old_recurring_minor),
      amount: amount(row.new_recurring_minor),
    },
  })
}

/** What has ended, or is no longer what was chosen, keeps the price that it has. */
async function letGo({ db }: Means): Promise<void> {
  await db.run(sql`
    update service_repricings set status = 'lapsed', version = version + 1 where status in ('planned', 'announced')
      and not exists (select 1 from services s where s.id = service_repricings.service_id and s.billing_status <> 'ended'
        and s.product_id = service_repricings.product_id and s.cycle = service_repricings.cycle
        and s.amount_minor = service_repricings.old_amount_minor and s.recurring_minor = service_repricings.old_recurring_minor)`)
}

async function finish(means: Means): Promise<void> {
  const rows = await means.db.all<CampaignRow>(sql`
    select * from price_campaigns k where status = 'scheduled' and not exists (
      select 1 from service_repricings r where r.campaign_id = k.id and r.status in ('planned', 'announced')) order by id`)
  for (const row of rows)
    await means.db.transaction((trx) =>
      applyTransition(means, trx, { lifecycle: campaignLifecycle, row, name: 'finish', actor }),
    )
}
