import { sql } from '../../db/index.ts'
import type { App } from '../../app.ts'
import type { Companies } from './companies.ts'
import { liveAYear } from './live-a-year.ts'
import { makeShop } from './make-shop.ts'
import { writeFacts, type SampleFacts } from './sample-facts.ts'

type Say = (line: string) => void

/** Makes the shop at the first start; at every start tells Stripe where its events go. */
export async function openSampleShop(
  app: Pick<App, 'wiring' | 'command'>,
  { facts, companies }: { facts: SampleFacts; companies: Companies },
  say: Say,
): Promise<void> {
  const { wiring } = app
  const { dataDir } = wiring.config
  writeFacts(dataDir, facts)
  await companies.start()
  const [made] = await stripeInstances(wiring.means.db)
  if (made !== undefined) {
    await hearStripe(companies, facts, made)
    if (!facts.finished)
      say(`The making of this sample was interrupted: it is incomplete. Remove ${dataDir} for a whole one.`)
    return
  }
  say('Making a sample shop with a year of business. This takes some seconds, once.')
  const shop = await makeShop(wiring, facts)
  const { password } = facts.client
  // During the year Stripe's answers say it all; its events begin to come when the shop opens.
  await liveAYear(
    { wiring, shop, password, clients: new Map() },
    (days) => app.command('clock.advance', { span: `${days}d` }),
    say,
  )
  await hearStripe(companies, facts, shop.stripeId)
  facts.finished = true
  writeFacts(dataDir, facts)
}

async function stripeInstances(db: App['means']['db']): Promise<string[]> {
  const rows = await db.all<{ id: string }>(
    sql`select id from plugin_instances where plugin_id = 'stripe' order by id`,
  )
  return rows.map(({ id }) => id)
}

async function hearStripe({ stripe }: Companies, facts: SampleFacts, instanceId: string): Promise<void> {
  const url = `http://127.0.0.1:${facts.ports.web}/webhooks/${instanceId}`
  const answer = await fetch(`${stripe}/_control/set-webhook`, {
    method: 'POST',
    body: JSON.stringify({ url, secret: facts.keys.webhook }),
  })
  if (!answer.ok) throw new Error(`The simulated Stripe answered ${answer.status} to its webhook address.`)
}
