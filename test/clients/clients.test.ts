import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  changeClient,
  changeClientCurrency,
  changeClientSwitches,
  closeClient,
  createClient,
  fixCurrency,
  likelyDuplicates,
  listClients,
  lockedFields,
  readClient,
  reinstateClient,
  reopenClient,
  signUp,
  suspendClient,
} from '../../core/clients/index.ts'
import { sql } from '../../core/db/index.ts'
import { actorOfSession, signIn, verifyEmail } from '../../core/identity/index.ts'
import { guestActor } from '../../core/kernel/index.ts'
import { writeSetting } from '../../core/records/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeBrand, makeClient, makeUser, PASSWORD, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

interface Mail {
  template: string
  to: { address: string }
  brand_id: string
  data: { path?: string }
}

for (const engine of engines) {
  describe(`clients on ${engine}`, async () => {
    const statements: string[] = []
    const { db, remove } = await makeDatabase(engine, { before: (text) => void statements.push(text) })
    after(remove)
    const means = testMeans(db)
    const brand = await makeBrand(means)
    const staff = staffActor()
    let visitors = 0
    const guest = () => guestActor(brand.id, { address: `198.51.100.${++visitors}` })
    const mailsTo = (address: string) =>
      (means.jobs.of('mail.send') as unknown as Mail[]).filter((mail) => mail.to.address === address)
    const profile = (email: string, more: object = {}) => ({
      name: 'Ida Mole',
      email,
      country: 'DE',
      ...more,
    })
    const enrol = (email: string, more: object = {}) =>
      signUp(means, { brand_id: brand.id, password: PASSWORD, profile: profile(email), ...more }, guest())

    describe('sign-up', () => {
      test('makes a user, a client and its owner, and sends a link that works', async () => {
        await enrol('ida@example.org', { locale: 'de', currency: 'USD' })
        const [mail] = mailsTo('ida@example.org')
        assert.deepEqual([mail?.template, mail?.brand_id], ['verify-email', brand.id])
        const token = mail!.data.path!.replace('/verify-email/', '')
        await verifyEmail(means, { realm_id: brand.realm_id, token }, guest())
        const entry = { realm_id: brand.realm_id, email: 'ida@example.org', password: PASSWORD, agent: '' }
        const session = await signIn(means, entry, guest())
        const signedIn = await actorOfSession(means, session.token, {
          realm: { id: brand.realm_id },
          address: '',
        })
        const [choice] = signedIn!.clients
        assert.deepEqual([choice?.name, choice?.owner, signedIn!.user.locale], ['Ida Mole', true, 'de'])
        const client = await readClient(means, { client_id: choice!.id }, signedIn!.actor)
        assert.deepEqual(
          [client.currency, client.locale, client.zone, client.status],
          ['USD', 'de', 'Europe/Berlin', 'active'],
        )
        const events = await db.all<{ type: string }>(
          sql`select type from events where client_id = ${client.id}`,
        )
        assert.deepEqual(
          events.map((event) => event.type),
          ['client.created'],
        )
      })

      test('gives a known address the same answer, and tells its owner by mail', async () => {
        await makeUser(means, { realm_id: brand.realm_id, email: 'known@example.org' })
        assert.equal(await enrol('Known@example.org'), undefined)
        assert.deepEqual(
          mailsTo('known@example.org').map((mail) => mail.template),
          ['account-exists'],
        )
        const made = await db.all(sql`select id from clients where email = 'Known@example.org'`)
        assert.equal(made.length, 0)
      })

      test('refuses a weak password, a foreign brand and a currency not sold in', async () => {
        await assert.rejects(enrol('a@example.org', { password: 'idamole1234' }), {
          fields: { password: 'is made of your name or e-mail address' },
        })
        const other = await makeBrand(means)
        await assert.rejects(enrol('a@example.org', { brand_id: other.id }), { status: 404 })
        await assert.rejects(enrol('a@example.org', { currency: 'JPY' }), {
          fields: { currency: 'must be one of EUR, USD, IDR' },
        })
        assert.equal((await db.all(sql`select id from users where email_key = 'a@example.org'`)).length, 0)
      })

      test('refuses the eleventh from one address in an hour', async () => {
        const from = guestActor(brand.id, { address: '203.0.113.77' })
        const one = (n: number) =>
          signUp(means, { brand_id: brand.id, password: 'short', profile: profile(`${n}@example.org`) }, from)
        for (let n = 0; n < 10; n++) await assert.rejects(one(n), { code: 'input.invalid' })
        await assert.rejects(one(10), { code: 'rate_limit.exceeded', status: 429 })
      })
    })

    describe('profile', () => {
      test('is changed by the client, and by nobody else', async () => {
        const client = await makeClient(means, { brand_id: brand.id })
        const wanted = { client_id: client.id, profile: { city: ' Kiel ', company: 'Mole AG', phone: '' } }
        const changed = await changeClient(means, wanted, clientActor(client.id))
        assert.deepEqual(
          [changed.city, changed.company, changed.phone, changed.version],
          ['Kiel', 'Mole AG', null, 2],
        )
        const other = clientActor((await makeClient(means)).id)
        await assert.rejects(changeClient(means, wanted, other), { code: 'record.not_found', status: 404 })
        await assert.rejects(readClient(means, { client_id: client.id }, other), { status: 404 })
        const reader = clientActor(client.id, { rights: ['client.read'] })
        await assert.rejects(changeClient(means, wanted, reader), { code: 'actor.forbidden' })
        const oneService = clientActor(client.id, { serviceId: 'svc_1' })
        await assert.rejects(changeClient(means, wanted, oneService), { status: 404 })
        const elsewhere = { ...staffActor(), brandIds: ['brd_other'] }
        await assert.rejects(changeClient(means, wanted, elsewhere), { status: 404 })
        await assert.rejects(changeClient(means, wanted, guest()), { code: 'actor.not_signed_in' })
      })

      test('keeps the fields that staff locked from clients, not from staff', async () => {
        const client = await makeClient(means, { brand_id: (await makeBrand(means)).id })
        const lock = {
          setting: lockedFields,
          scope: 'brand',
          scopeId: client.brand_id,
          value: ['name'],
        } as const
        await db.transaction((trx) => writeSetting(means, trx, lock, staff))
        const change = (set: object, actor = clientActor(client.id)) =>
          changeClient(means, { client_id: client.id, profile: set }, actor)
        await assert.rejects(change({ name: 'Other' }), { code: 'client.field_locked', status: 403 })
        assert.equal((await change({ name: client.name, city: 'Kiel' })).city, 'Kiel')
        assert.equal((await change({ name: 'Other' }, staff)).name, 'Other')
      })

      test('takes only countries and zones that exist', async () => {
        const client = await makeClient(means, { brand_id: brand.id })
        const change = (set: object) => changeClient(means, { client_id: client.id, profile: set }, staff)
        await assert.rejects(change({ country: 'ZZ' }), { fields: { country: '"ZZ" is not a country' } })
        await assert.rejects(change({ zone: 'Moon/Base' }), { code: 'input.invalid' })
        await assert.rejects(change({ email: 'nobody' }), {
          fields: { 'profile.email': 'is not a valid email' },
        })
      })

      test('writes nothing when nothing changes', async () => {
        const client = await makeClient(means, { brand_id: brand.id })
        const same = await changeClient(
          means,
          { client_id: client.id, profile: { city: client.city } },
          staff,
        )
        assert.equal(same.version, 1)
      })
    })

    test('changes the currency until the first issued document', async () => {
      const client = await makeClient(means, { brand_id: brand.id })
      const change = (currency: string) =>
        changeClientCurrency(means, { client_id: client.id, currency }, clientActor(client.id))
      await assert.rejects(change('JPY'), { fields: { currency: 'must be one of EUR, USD, IDR' } })
      assert.equal((await change('USD')).currency, 'USD')
      await db.transaction((trx) => fixCurrency(trx, client.id))
      await assert.rejects(change('EUR'), { code: 'client.currency_fixed', status: 409 })
    })

    test('lets staff turn the switches, and clients not', async () => {
      const client = await makeClient(means, { brand_id: brand.id })
      const wanted = { client_id: client.id, tax_exempt: true, auto_charge: false }
      const { tax_exempt, auto_charge, separate_invoices } = await changeClientSwitches(means, wanted, staff)
      assert.deepEqual([tax_exempt, auto_charge, separate_invoices], [1, 0, 0])
      await assert.rejects(changeClientSwitches(means, wanted, clientActor(client.id)), { status: 403 })
    })

    test('moves through its states, with a reason', async () => {
      const client = await makeClient(means, { brand_id: brand.id })
      const wanted = { client_id: client.id, reason: 'asked by phone' }
      assert.equal((await suspendClient(means, wanted, staff)).status, 'suspended')
      await assert.rejects(reopenClient(means, wanted, staff), { code: 'state.illegal' })
      assert.equal((await reinstateClient(means, wanted, staff)).status, 'active')
      assert.equal((await closeClient(means, wanted, staff)).status, 'closed')
      assert.equal((await reopenClient(means, wanted, staff)).status, 'active')
      await assert.rejects(closeClient(means, { client_id: client.id }, staff), {
        fields: { reason: 'is missing' },
      })
      const audit = await db.all<{ action: string; reason: string }>(
        sql`select action, reason from audit where client_id = ${client.id} order by id`,
      )
      assert.deepEqual(
        audit.map((entry) => entry.action),
        ['client.suspend', 'client.reinstate', 'client.close', 'client.reopen'],
      )
      assert.equal(audit[0]!.reason, 'asked by phone')
    })

    test('is made by staff, with an owner who is told', async () => {
      const known = await makeUser(means, { realm_id: brand.realm_id })
      const wanted = { brand_id: brand.id, owner_email: known.email, profile: profile('made@example.org') }
      const client = await createClient(means, wanted, staff)
      assert.equal(client.currency, 'EUR')
      assert.equal(mailsTo(known.email)[0]?.template, 'client-account')
      await createClient(means, { ...wanted, owner_email: 'fresh@example.org' }, staff)
      assert.equal(mailsTo('fresh@example.org').length, 1)
      const elsewhere = { ...staffActor(), brandIds: ['brd_other'] }
      await assert.rejects(createClient(means, wanted, elsewhere), { status: 404 })
      await assert.rejects(createClient(means, wanted, clientActor(client.id)), { status: 403 })
    })

    test('is given to no stranger who signed up with the address of its owner', async () => {
      const squat = await makeUser(means, { realm_id: brand.realm_id, email_verified_at: null })
      const enter = () =>
        signIn(
          means,
          { realm_id: brand.realm_id, email: squat.email, password: PASSWORD, agent: '' },
          guestActor(brand.id),
        )
      const { token } = await enter()
      const wanted = { brand_id: brand.id, owner_email: squat.email, profile: profile('taken@example.org') }
      await createClient(means, wanted, staff)
      assert.equal(mailsTo(squat.email).at(-1)?.template, 'client-account')
      const facts = { realm: { id: brand.realm_id }, address: '' }
      assert.equal(await actorOfSession(means, token, facts), null)
      await assert.rejects(enter(), { code: 'sign_in.failed' })
    })

    describe('list', async () => {
      const shop = await makeBrand(means)
      const limited = { ...staffActor(), brandIds: [shop.id] }
      const [first, second, third] = [
        await makeClient(means, { brand_id: shop.id, name: 'Émile Dock', company: 'Tide 100% Ltd' }),
        await makeClient(means, {
          brand_id: shop.id,
          name: 'Bo Dock',
          email: 'bo@tide.example',
          country: 'FR',
        }),
        await makeClient(means, { brand_id: shop.id, name: 'Cy Pier', status: 'closed' }),
      ]
      const idsOf = async (input: object) =>
        (await listClients(means, input, limited)).clients.map((client) => client.id)

      test('finds by name, company, address and id, in any case', async () => {
        assert.deepEqual(await idsOf({ q: 'dock' }), [second.id, first.id])
        assert.deepEqual(await idsOf({ q: 'émile DOCK' }), [first.id])
        assert.deepEqual(await idsOf({ q: 'tide' }), [second.id, first.id])
        assert.deepEqual(await idsOf({ q: '100%' }), [first.id])
        assert.deepEqual(await idsOf({ q: '%' }), [first.id])
        assert.deepEqual(await idsOf({ q: third.id }), [third.id])
      })

      test('filters by state, country and brand', async () => {
        assert.deepEqual(await idsOf({ status: 'closed' }), [third.id])
        assert.deepEqual(await idsOf({ country: 'FR' }), [second.id])
        assert.deepEqual(await idsOf({ brand_id: brand.id }), [])
      })

      test('goes page by page in one statement each', async () => {
        statements.length = 0
        const page = await listClients(means, { limit: 2 }, limited)
        assert.equal(statements.length, 1)
        assert.deepEqual(
          page.clients.map((client) => client.id),
          [third.id, second.id],
        )
        const last = await listClients(means, { limit: 2, after: page.next! }, limited)
        assert.deepEqual([last.clients.map((client) => client.id), last.next], [[first.id], null])
      })

      test('is for staff with the permission', async () => {
        await assert.rejects(listClients(means, {}, staffActor(['invoice.*'])), { code: 'actor.forbidden' })
        await assert.rejects(listClients(means, {}, clientActor(first.id)), { code: 'actor.forbidden' })
      })

      test('warns of likely duplicates in the brand', async () => {
        const wanted = { brandId: shop.id, email: 'BO@tide.example', name: 'cy pier' }
        const found = await likelyDuplicates(db, wanted)
        assert.deepEqual(
          found.map((client) => client.id),
          [third.id, second.id],
        )
        assert.deepEqual(await likelyDuplicates(db, { ...wanted, brandId: brand.id }), [])
      })
    })
  })
}
