import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { makeServices } from '../../billing/make-services.ts'
import { makeGateway, scriptedGateway } from '../../billing/support.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { makeClient, makeMembership, makeUser, PASSWORD } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { startWeb, type Web, type WebBrowser } from '../../support/web.ts'
import { makePortal, signedIn, textOf } from './shop.ts'

for (const engine of engines) {
  describe(`account pages of the portal (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let portal: Awaited<ReturnType<typeof makePortal>>
    let browser: WebBrowser
    const answers: object[] = []
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      portal = await makePortal(means)
      web = await startWeb(means, { plugins: scriptedGateway(answers as never) })
      browser = await signedIn(web, portal.user)
    })
    after(async () => {
      await web.close()
      await database.remove()
    })

    const addMethod = async (clientId: string, instanceId: string, more: object) => {
      const id = means.newId('mth')
      const at = means.business.now()
      const stamps = { consent_at: at, created_at: at, updated_at: at, version: 1, removed_at: null }
      const card = { kind: 'card', brand_name: 'visa', last4: '4242', expires_on: '2030-01', preferred: 0 }
      const place = { id, client_id: clientId, instance_id: instanceId, reference: `pm_${id}` }
      await means.db.insert('payment_methods', [{ ...place, ...card, ...stamps, ...more }])
      return id
    }
    const methods = () =>
      means.db.all<{ id: string; preferred: number; removed: number }>(sql`
        select id, preferred, case when removed_at is null then 0 else 1 end as removed from payment_methods
        where client_id = ${portal.client.id} order by id`)

    test('saved methods: one is preferred, one is removed, and those of others are out of reach', async () => {
      const gateway = await makeGateway(means)
      const visa = await addMethod(portal.client.id, gateway.id, { label: 'Visa 4242', preferred: 1 })
      const master = await addMethod(portal.client.id, gateway.id, { label: 'Mastercard 4444' })
      const foreign = await addMethod(portal.foreign.id, gateway.id, { label: 'Visa 9999' })
      const shown = textOf((await browser.get('/portal/payment-methods')).text)
      assert.match(shown, /Visa 4242 01\/2030 Preferred .*Mastercard 4444 01\/2030/)
      assert.doesNotMatch(shown, /9999/)

      assert.equal((await browser.post(`/portal/payment-methods/${master}/prefer`)).status, 303)
      assert.equal((await browser.post(`/portal/payment-methods/${visa}/remove`)).status, 303)
      assert.deepEqual(
        (await methods()).map((row) => ({ ...row })),
        [
          { id: visa, preferred: 0, removed: 1 },
          { id: master, preferred: 1, removed: 0 },
        ],
      )
      assert.doesNotMatch(textOf((await browser.get('/portal/payment-methods')).text), /Visa 4242/)
      for (const act of ['prefer', 'remove'])
        assert.equal((await browser.post(`/portal/payment-methods/${foreign}/${act}`)).status, 404, act)
    })

    test('a method is added at the page of the gateway, and the page waits for it', async () => {
      const gateway = await makeGateway(means, ['start_payment', 'charge_method', 'start_setup'])
      const page = await browser.get('/portal/payment-methods')
      assert.match(page.text, new RegExp(`name="gateway" value="${gateway.id}"`))
      answers.push({ outcome: 'needs_client', reference: 'seti_1', url: 'https://pay.example/setup' })
      const away = await browser.post('/portal/payment-methods', { gateway: gateway.id })
      assert.equal(away.headers.get('refresh'), '0; url=https://pay.example/setup')
      await means.db.run(sql`update payment_methods set removed_at = ${means.clock.now()}`)
      const back = await browser.get('/portal/payment-methods?added=1')
      assert.match(back.text, /id="methods"[^>]*hx-trigger="every 4s"/)
    })

    test('a method is brought up to date where its gateway can, here or at its page', async () => {
      const gateway = await makeGateway(means, ['charge_method', 'update_method'])
      const plain = await makeGateway(means, ['charge_method'])
      const visa = await addMethod(portal.client.id, gateway.id, { label: 'Visa 1111' })
      const fixed = await addMethod(portal.client.id, plain.id, { label: 'Visa 2222' })
      const { text } = await browser.get('/portal/payment-methods')
      assert.match(text, new RegExp(`payment-methods/${visa}/update`))
      assert.doesNotMatch(text, new RegExp(`payment-methods/${fixed}/update`))
      answers.push({ outcome: 'needs_client', url: 'https://pay.example/renew' })
      const away = await browser.post(`/portal/payment-methods/${visa}/update`)
      assert.equal(away.headers.get('refresh'), '0; url=https://pay.example/renew')
      answers.push({ outcome: 'updated' })
      assert.equal((await browser.post(`/portal/payment-methods/${visa}/update`)).status, 303)
      assert.match(textOf((await browser.get('/portal/payment-methods')).text), /The method is up to date/)
      answers.push({ outcome: 'failed', code: 'gone', message: 'The card is gone' })
      assert.equal((await browser.post(`/portal/payment-methods/${visa}/update`)).status, 502)
    })

    test('a second account in another currency is opened, acted for, and has credit of its own', async () => {
      const client = await makeClient(means, { brand_id: portal.brand.id })
      const user = await makeUser(means, { realm_id: portal.brand.realm_id })
      await makeMembership(means, { client_id: client.id, user_id: user.id })
      const browser = await signedIn(web, user)
      assert.match((await browser.get('/portal/account')).text, /href="\/portal\/switch"/)
      const choices = textOf((await browser.get('/portal/switch')).text)
      assert.match(choices, /Pay in another currency .* USD · US Dollar IDR · Indonesian Rupiah/)
      assert.doesNotMatch(choices, /EUR · Euro/)
      const wrong = await browser.post('/portal/switch', { currency: 'CHF' })
      assert.equal(wrong.status, 422)
      assert.match(textOf(wrong.text), /choose one of those offered/)
      assert.equal((await browser.post('/portal/switch', { currency: 'USD' })).location, '/portal')
      assert.match(textOf((await browser.get('/portal')).text), /You now act for your account in USD/)
      assert.match(textOf((await browser.get('/portal/account')).text), /You are billed in USD/)
      const both = await browser.get('/portal/switch')
      assert.match(textOf(both.text), /Ada Quay EUR .*Ada Quay USD/)
      assert.doesNotMatch(textOf(both.text), /USD · US Dollar/)
      const back = await browser.post(`/portal/switch/${client.id}`, { next: '/portal/account' })
      assert.equal(back.location, '/portal/account')
      assert.match(textOf((await browser.get('/portal/account')).text), /You are billed in EUR/)
    })

    test('open sessions are listed with device and address, and ended one by one or all others', async () => {
      const away = [
        await signedIn(web, portal.user),
        await signedIn(web, portal.user),
        await signedIn(web, portal.user),
      ]
      const page = await browser.get('/portal/security')
      assert.match(textOf(page.text), /127\.0\.0\.1/)
      assert.equal(page.text.match(/\/portal\/security\/sessions\/ses_\w+\/end"/g)!.length, 3)
      assert.equal(textOf(page.text).match(/This one/g)!.length, 1)
      const [href] = /\/portal\/security\/sessions\/ses_\w+\/end/.exec(page.text)!
      await browser.post(href)
      const open = async () => {
        const found = await Promise.all(away.map((one) => one.get('/portal/switch')))
        return found.filter(({ status }) => status === 200).length
      }
      assert.equal(await open(), 2)
      await browser.post('/portal/security/sessions/end-others')
      assert.equal(await open(), 0)
      assert.equal((await browser.get('/portal/security')).status, 200)
    })

    test('the sign-in address changes by a link at the new one, and the form keeps what was typed', async () => {
      const user = await makeUser(means, { realm_id: portal.brand.realm_id })
      await makeMembership(means, { client_id: portal.foreign.id, user_id: user.id })
      const own = await signedIn(web, user)
      await own.get('/portal/security')
      const email = 'moved@quay.example'
      const wrong = await own.post('/portal/security/email', { email, current_password: 'wrong one' })
      assert.equal(wrong.status, 422)
      assert.match(wrong.text, /value="moved@quay\.example"/)
      assert.doesNotMatch(wrong.text, /wrong one/)
      const asked = await own.post('/portal/security/email', { email, current_password: PASSWORD })
      assert.equal(asked.location, '/portal/security')
      const shown = textOf((await own.get('/portal/security')).text)
      assert.match(shown, /A link is on its way to moved@quay\.example/)
      assert.match(shown, new RegExp(`You sign in with ${user.email}`))
      const mails = means.jobs.of('mail.send') as unknown as {
        to: { address: string }
        data: { path: string }
      }[]
      const path = mails.find(({ to }) => to.address === email)!.data.path
      assert.equal((await own.get(path)).status, 200)
      assert.equal((await own.post(path)).location, '/portal')
      const after = textOf((await own.get('/portal/security')).text)
      assert.match(after, /You sign in with moved@quay\.example/)
      assert.equal((await web.browser().signIn(email, PASSWORD)).status, 303)
      assert.equal((await own.post(path)).status, 410)
    })

    test('the history tells good sign-ins from bad ones', async () => {
      await web.browser().signIn(portal.user.email, 'not the password at all')
      const shown = textOf((await browser.get('/portal/security')).text)
      assert.match(shown, /Signed in/)
      assert.match(shown, /Wrong password|Refused|did not/i)
    })

    test('people are listed with what they may do, and a membership is taken back', async () => {
      const member = await makeUser(means, { realm_id: portal.brand.realm_id })
      await makeMembership(means, {
        ...{ client_id: portal.client.id, user_id: member.id, owner: 0, rights: ['invoice.read'] },
      })
      const page = await browser.get('/portal/account/people')
      assert.match(textOf(page.text), /\(you\)/)
      assert.match(textOf(page.text), new RegExp(`${member.email} invoice\\.read`))
      const href = /\/portal\/account\/people\/\w+\/remove/.exec(page.text)![0]
      assert.equal((await browser.post(href)).location, '/portal/account/people')
      assert.doesNotMatch((await browser.get('/portal/account/people')).text, new RegExp(member.email))
    })

    test('a person is invited, takes the link, and gets other rights; the last owner stays', async () => {
      const client = await makeClient(means, { brand_id: portal.brand.id })
      const user = await makeUser(means, { realm_id: portal.brand.realm_id })
      const own = await makeMembership(means, { client_id: client.id, user_id: user.id })
      const owner = await signedIn(web, user)
      await owner.get('/portal/account/people')
      const none = await owner.post('/portal/account/people', { email: 'nia@quay.example' })
      assert.equal(none.status, 422)
      assert.match(textOf(none.text), /Choose at least one/)
      const asks = async (act: () => Promise<{ location: string | null }>) => {
        await means.db.run(sql`update sessions set confirmed_at = null where user_id = ${user.id}`)
        assert.match((await act()).location ?? '', /^\/confirm\?next=/)
        await means.db.run(
          sql`update sessions set confirmed_at = ${means.clock.now()} where user_id = ${user.id}`,
        )
      }
      const wanted = { email: 'nia@quay.example', sets: 'look' }
      await asks(() => owner.post('/portal/account/people', wanted))
      const sent = await owner.post('/portal/account/people', wanted)
      assert.equal(sent.location, '/portal/account/people')
      const open = await owner.get('/portal/account/people')
      assert.match(textOf(open.text), /nia@quay\.example see everything/)
      const mails = means.jobs.of('mail.send') as unknown as {
        template: string
        data: { path: string }
      }[]
      const { path } = mails.findLast(({ template }) => template === 'member-invite')!.data
      const guest = web.browser()
      assert.match(textOf((await guest.get(path)).text), /An account is made for nia@quay\.example/)
      const short = await guest.post(path, { name: 'Nia', password: 'short' })
      assert.equal(short.status, 422)
      const taken = await guest.post(path, { name: 'Nia', password: 'cobalt-heron-meadow-7' })
      assert.equal(taken.location, '/portal/switch')
      assert.equal((await guest.get('/portal/account/people')).status, 200)
      assert.doesNotMatch((await guest.get('/portal/account/people')).text, /Invite a person|\/remove"/)
      assert.equal((await guest.get(path)).status, 410)
      const listed = await owner.get('/portal/account/people')
      const at = /href="(\/portal\/account\/people\/mem_\w+)"/.exec(listed.text)![1]!
      await asks(() => owner.get(at))
      const form = await owner.get(at)
      assert.match(form.text, /value="look" checked/)
      await asks(() => owner.post(at, { sets: 'all' }))
      const changed = await owner.post(at, { sets: 'pay', ends_on: '2026-12-31' })
      assert.equal(changed.location, '/portal/account/people')
      const after = textOf((await owner.get('/portal/account/people')).text)
      assert.match(after, / pay until/)
      assert.match((await owner.get(at)).text, /value="2026-12-31"/)
      assert.equal((await guest.post(at, { sets: 'all' })).status, 403)
      assert.equal((await owner.post(`/portal/account/people/${own.id}/remove`)).status, 409)
      assert.equal((await browser.get(at)).status, 404)
    })

    test('one address is invited to a service and to the account, told apart in the list', async () => {
      const client = await makeClient(means, { brand_id: portal.brand.id })
      const user = await makeUser(means, { realm_id: portal.brand.realm_id })
      await makeMembership(means, { client_id: client.id, user_id: user.id })
      await makeServices(means, portal.brand, { clients: 1, perClient: 1, nextPeriodOn: '2026-03-01' })
      const service = (await means.db.get<{ id: string }>(
        sql`select id from services order by id desc limit 1`,
      ))!
      await means.db.run(sql`update services set client_id = ${client.id} where id = ${service.id}`)
      const owner = await signedIn(web, user)
      await owner.get('/portal/account/people')
      const wanted = { email: 'both@quay.example', sets: 'look' }
      for (const service_id of ['', service.id]) {
        const sent = await owner.post('/portal/account/people', { ...wanted, service_id })
        assert.equal(sent.location, '/portal/account/people')
      }
      const { text } = await owner.get('/portal/account/people')
      assert.equal(text.match(/\/invitations\/mei_\w+\/withdraw/g)?.length, 2)
      assert.match(text, new RegExp(`href="/portal/services/${service.id}">for one service`))
      assert.match(textOf(text), /both@quay\.example see everything for one service/)
    })

    test('contacts are added, changed and removed', async () => {
      await browser.get('/portal/account/people')
      const at = '/portal/account/people/contacts'
      const wrong = await browser.post(at, { name: 'Books', email: 'books@quay.example' })
      assert.equal(wrong.status, 422)
      const books = { name: 'Books', email: 'books@quay.example', topics: 'invoices' }
      assert.equal((await browser.post(at, books)).status, 303)
      const listed = await browser.get('/portal/account/people')
      assert.match(textOf(listed.text), /Books books@quay\.example invoices/)
      const one = new RegExp(`href="(${at}/cnt_\\w+)"`).exec(listed.text)![1]!
      assert.match((await browser.get(one)).text, /value="books@quay\.example"/)
      const changed = await browser.post(one, { ...books, topics: 'support' })
      assert.equal(changed.status, 303)
      assert.match(textOf((await browser.get('/portal/account/people')).text), /books@quay\.example support/)
      assert.equal((await browser.post(`${one}/remove`)).status, 303)
      assert.equal((await browser.get(one)).status, 404)
    })

    test('the mails that were sent are read again; those of others are not found', async () => {
      const ids = { own: means.newId('msg'), foreign: means.newId('msg') }
      const at = means.business.now()
      const mail = {
        ...{ brand_id: portal.brand.id, template: 'invoice-issued', message_key: null, subject_of: null },
        ...{
          to_address: 'ada@quay.example',
          to_name: 'Ada',
          sender: 'shop@kontor.example',
          html: '<p>-</p>',
        },
        ...{ attachments: '[]', status: 'sent', sent_at: at, created_at: at, updated_at: at },
      }
      await means.db.insert('messages', [
        {
          ...mail,
          id: ids.own,
          client_id: portal.client.id,
          subject: 'Your invoice',
          plain: 'Please pay €5.',
        },
        { ...mail, id: ids.foreign, client_id: portal.foreign.id, subject: 'Secret', plain: 'Not yours.' },
      ])
      const list = textOf((await browser.get('/portal/messages')).text)
      assert.match(list, /Your invoice ada@quay\.example/)
      assert.doesNotMatch(list, /Secret/)
      assert.match(textOf((await browser.get(`/portal/messages/${ids.own}`)).text), /Please pay €5\./)
      assert.equal((await browser.get(`/portal/messages/${ids.foreign}`)).status, 404)
    })
  })
}
