import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { liveConsumer } from '../../core/http/index.ts'
import { instant } from '../../core/kernel/index.ts'
import { makeDatabase, type TestDatabase } from '../support/databases.ts'
import { makeBrand, makeClient, makeMembership, makeUser, PASSWORD } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { startWeb, type Web } from '../support/web.ts'

let database: TestDatabase
let means: TestMeans
let web: Web
before(async () => {
  database = await makeDatabase('sqlite')
  means = testMeans(database.db)
  web = await startWeb(means)
})
after(async () => {
  await web.close()
  await database.remove()
})

test('a page hears names and ids of its own client, after the commit, and nothing of others', async () => {
  const brand = await makeBrand(means)
  const user = await makeUser(means, { realm_id: brand.realm_id })
  const [own, other] = [
    await makeClient(means, { brand_id: brand.id }),
    await makeClient(means, { brand_id: brand.id }),
  ]
  await makeMembership(means, { client_id: own.id, user_id: user.id })
  const browser = web.browser()
  await browser.signIn(user.email, PASSWORD)
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const leave = new AbortController()
  const stream = await fetch(`${web.address}/portal/live`, {
    headers: { Cookie: cookie },
    signal: leave.signal,
  })
  assert.equal(stream.headers.get('content-type'), 'text/event-stream')

  const consumer = liveConsumer(web.deps)
  const happen = (subject: string, client_id: string) =>
    database.db.transaction((trx) =>
      consumer.handle(trx, {
        ...{
          id: means.newId('evt'),
          type: 'invoice.paid',
          version: 1,
          brand_id: brand.id,
          client_id,
          subject,
        },
        ...{ actor: 'system:test', cause: null, occurred_at: instant(0), body: {} },
      }),
    )
  await happen('inv_other', other.id)
  await happen('inv_own', own.id)
  let text = ''
  for await (const chunk of stream.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString()
    if (text.includes('data: invoice.paid')) break
  }
  leave.abort()
  assert.equal(
    text,
    'retry: 3000\n\nevent: invoice.paid\ndata: inv_own\n\nevent: inv_own\ndata: invoice.paid\n\n',
  )
})

test('without a session there is no stream', async () => {
  const { location } = await web.browser().get('/portal/live')
  assert.equal(location, '/sign-in?next=%2Fportal%2Flive')
})
