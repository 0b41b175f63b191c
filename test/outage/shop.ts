import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { billDay, verifyBooks, type DayReport } from '../../core/billing/index.ts'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { sql, type Db } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { putSecret } from '../../core/secrets/index.ts'
import { makeServices } from '../billing/make-services.ts'
import { makeBuyer, makeGateway } from '../billing/support.ts'
import { makeUser, PASSWORD } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { startWeb, type Reply } from '../support/web.ts'

const SECRET = 'whsec_of_the_outage'
const SCHEME = {
  ...{ scheme: 'hmac', header: 'X-Signature', algorithm: 'sha256', signed: '{t}.{body}', signature: 'v1' },
  ...{ tolerance: 300, secret: 'webhook_secret', event_id: 'id' },
}
export const CLIENTS = 40
const TODAY = isoDate('2026-01-15')

/** A shop with work for each of its ways in: a form, a webhook and the billing run. */
export interface Shop {
  /** Sends a form that writes; the theme says whether it did. */
  choose(theme: string): Promise<Reply>
  theme(): Promise<string>
  show(): Promise<Reply>
  /** A good webhook of the gateway; answers the status that the sender sees. */
  webhook(id: string, bytes?: number): Promise<number>
  webhooks(): Promise<string[]>
  bill(): Promise<DayReport>
  count(table: 'invoices' | 'charges'): Promise<number>
  /** The books add up, whether or not the day has been billed. */
  clean(): Promise<void>
  close(): Promise<void>
}

export async function openShop(db: Db): Promise<Shop> {
  const means = testMeans(db)
  const { brand } = await makeBuyer(means)
  await makeServices(means, brand, { clients: CLIENTS, perClient: 2, nextPeriodOn: '2026-01-20' })
  const gateway = await makeGateway(means)
  const manifest = { name: 'Gateway', kinds: { gateway: ['handle_event'] }, webhooks: [SCHEME] }
  await db.run(sql`update plugins set manifest = ${JSON.stringify(manifest)} where id = ${gateway.plugin_id}`)
  await db.transaction((trx) =>
    putSecret(trx, means.keys, {
      ...{ ownerId: gateway.id, name: 'webhook_secret', value: SECRET },
      ...{ actor: 'test', now: means.clock.now() },
    }),
  )
  const web = await startWeb(means)
  const user = await makeUser(means, { realm_id: brand.realm_id })
  const browser = web.browser()
  assert.equal((await browser.signIn(user.email, PASSWORD)).status, 303)
  await browser.get('/portal/switch')
  return {
    choose: (theme) => browser.post('/preferences', { theme, back: '/portal' }),
    theme: async () =>
      (await db.get<{ theme: string }>(sql`select theme from users where id = ${user.id}`))!.theme,
    show: () => browser.get('/portal/switch'),
    async webhook(id, bytes = 0) {
      const body = JSON.stringify({ id, text: 'x'.repeat(bytes) })
      const t = Math.floor(means.clock.ms() / 1000)
      const signature = createHmac('sha256', SECRET).update(`${t}.${body}`).digest('hex')
      const headers = { 'X-Signature': `t=${t},v1=${signature}` }
      const sent = await fetch(`${web.address}/webhooks/${gateway.id}`, { method: 'POST', body, headers })
      return sent.status
    },
    webhooks: async () => {
      const rows = await db.all<{ event_key: string }>(
        sql`select event_key from webhook_events order by event_key`,
      )
      return rows.map((row) => row.event_key)
    },
    bill: () => billDay(billingDeps(means), TODAY),
    count: async (table) => {
      const from = table === 'invoices' ? sql`invoices` : sql`charges`
      return (await db.get<{ n: number }>(sql`select count(*) as n from ${from}`))!.n
    },
    // The day before the renewals come up, so that only what is wrong is found, not what is still to be done.
    clean: async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-01-12')), []),
    close: () => web.close(),
  }
}
