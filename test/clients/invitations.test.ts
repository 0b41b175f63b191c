import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  acceptInvitation,
  changeMembership,
  deleteMembership,
  findInvitation,
  inviteMember,
  listInvitations,
  listMemberships,
  withdrawInvitation,
} from '../../core/clients/index.ts'
import {
  actorOfApiKey,
  actorOfSession,
  createApiKey,
  disableUser,
  requestReset,
  resetPassword,
  signIn,
} from '../../core/identity/index.ts'
import { sql } from '../../core/db/index.ts'
import { guestActor, type Actor } from '../../core/kernel/index.ts'
import { makeServices } from '../billing/make-services.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import {
  clientActor,
  makeBrand,
  makeClient,
  makeMembership,
  makeUser,
  PASSWORD,
  staffActor,
} from '../support/make.ts'
import { testMeans } from '../support/means.ts'

interface Mail {
  template: string
  to: { address: string }
  brand_id: string
  data: { path: string; invited_by: string; service: string | null }
}

for (const engine of engines) {
  describe(`invitations of members on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const brand = await makeBrand(means)
    const realm_id = brand.realm_id
    let visitors = 0
    const guest = () => guestActor(brand.id, { address: `198.51.100.${++visitors}` })
    const mailTo = (address: string) =>
      (means.jobs.of('mail.send') as unknown as Mail[]).filter((mail) => mail.to.address === address).at(-1)
    const tokenFor = (address: string) => mailTo(address)!.data.path.split('/').at(-1)!
    const accept = (token: string, more: object = {}, actor: Actor = guest()) =>
      acceptInvitation(means, { realm_id, token, agent: '', ...more }, actor)
    const fresh = { name: 'Nia Novak', password: 'cobalt-heron-meadow-7' }

    const household = async (rights = ['*'], more: object = {}) => {
      const client = await makeClient(means, { brand_id: brand.id })
      const user = await makeUser(means, { realm_id })
      await makeMembership(means, { client_id: client.id, user_id: (await makeUser(means, { realm_id })).id })
      const member = await makeMembership(means, {
        client_id: client.id,
        user_id: user.id,
        rights,
        owner: 0,
        ...more,
      })
      const actor = { ...clientActor(client.id, { rights }), id: user.id, name: 'Ada Quay' }
      const invite = (email: string, wanted: object = {}, by: Actor = actor) =>
        inviteMember(means, { client_id: client.id, email, rights: ['contact.list'], ...wanted }, by)
      const members = () => listMemberships(means, { client_id: client.id }, staffActor())
      return { client, user, member, actor, invite, members }
    }

    test('make an account for whoever has none, once, with the rights offered and no more', async () => {
      const { client, invite, members } = await household()
      const email = 'nia@quay.example'
      await invite(email, { rights: ['contact.*'] })
      const mail = mailTo(email)!
      assert.deepEqual(
        [mail.template, mail.brand_id, mail.data.invited_by],
        ['member-invite', brand.id, 'Ada Quay'],
      )
      const token = tokenFor(email)
      const shown = await findInvitation(means, db, { token, realmId: realm_id })
      assert.deepEqual([shown.email, shown.has_account, shown.rights], [email, false, ['contact.*']])
      await assert.rejects(accept(token), { fields: { name: 'is missing' } })
      await assert.rejects(accept(token, { ...fresh, password: 'short' }), { status: 422 })
      const done = await accept(token, fresh)
      const facts = { realm: { id: realm_id }, address: '' }
      const inside = (await actorOfSession(means, done.session!.token, facts))!
      assert.deepEqual([inside.user.email, inside.user.email_verified_at !== null], [email, true])
      const added = (await members()).find((one) => one.user_id === done.user_id)!
      assert.deepEqual([added.rights, added.owner, added.client_id], [['contact.*'], 0, client.id])
      await assert.rejects(accept(token, fresh), { code: 'link.invalid' })
    })

    test('go to the account of the address, whoever is signed in, and open no session', async () => {
      const { invite, members } = await household()
      const known = await makeUser(means, { realm_id })
      await invite(known.email)
      const stranger = await makeUser(means, { realm_id })
      const done = await accept(tokenFor(known.email), {}, { ...guest(), kind: 'client', id: stranger.id })
      assert.deepEqual([done.user_id, done.session], [known.id, null])
      assert.ok((await members()).some((one) => one.user_id === known.id))
      await assert.rejects(invite(known.email), { code: 'membership.exists' })
    })

    test('count an account that never proved its address as none, and shut out who made it', async () => {
      const { invite } = await household()
      const squat = await makeUser(means, { realm_id, email_verified_at: null })
      await makeMembership(means, { client_id: (await makeClient(means)).id, user_id: squat.id })
      const enter = (password: string) =>
        signIn(means, { realm_id, email: squat.email, password, agent: '' }, guest())
      const facts = { realm: { id: realm_id }, address: '' }
      const { token: cookie } = await enter(PASSWORD)
      const { actor: maker } = (await actorOfSession(means, cookie, facts))!
      const { key } = await createApiKey(means, { name: 'Mine', scopes: ['*'] }, maker)
      await invite(squat.email)
      const token = tokenFor(squat.email)
      assert.equal((await findInvitation(means, db, { token, realmId: realm_id })).has_account, false)
      await assert.rejects(accept(token), { fields: { name: 'is missing' } })
      const done = await accept(token, fresh)
      assert.equal(done.user_id, squat.id)
      assert.equal(await actorOfSession(means, cookie, facts), null)
      assert.equal(await actorOfApiKey(means, key, { address: '' }), null)
      await assert.rejects(enter(PASSWORD), { code: 'sign_in.failed' })
      const inside = (await actorOfSession(means, done.session!.token, facts))!
      assert.deepEqual([inside.user.name, inside.user.email_verified_at !== null], [fresh.name, true])
      await enter(fresh.password)
    })

    test('are told to the owners once they are accepted', async () => {
      const { invite, client } = await household()
      const owner = await makeUser(means, { realm_id })
      await makeMembership(means, { client_id: client.id, user_id: owner.id })
      const past = await makeUser(means, { realm_id })
      const ends_at = '2020-01-01T00:00:00.000Z'
      await makeMembership(means, { client_id: client.id, user_id: past.id, ends_at })
      await invite('joins@quay.example')
      assert.equal(mailTo(owner.email), undefined)
      await accept(tokenFor('joins@quay.example'), fresh)
      const { template, brand_id, data } = mailTo(owner.email)!
      assert.deepEqual([template, brand_id], ['member-joined', brand.id])
      assert.deepEqual(data, {
        ...{ path: '/portal/account/people', client: 'Ada Quay', invited_by: 'Ada Quay' },
        ...{ name: fresh.name, email: 'joins@quay.example' },
      })
      assert.equal(mailTo(past.email), undefined)
    })

    test('fall when whoever sent them is disabled or sets a password by a link', async () => {
      const { invite, user } = await household()
      await invite('fell@quay.example')
      await disableUser(means, { user_id: user.id, reason: 'Taken over' }, staffActor())
      await assert.rejects(accept(tokenFor('fell@quay.example'), fresh), { code: 'link.invalid' })
      const second = await household()
      await second.invite('fell@quay.example')
      await requestReset(means, { realm_id, email: second.user.email }, guest())
      const reset = { realm_id, token: tokenFor(second.user.email), password: fresh.password }
      await resetPassword(means, reset, guest())
      await assert.rejects(accept(tokenFor('fell@quay.example'), fresh), { code: 'link.invalid' })
    })

    test('open no account that is disabled', async () => {
      const { invite } = await household()
      const off = await makeUser(means, { realm_id, email_verified_at: null, status: 'disabled' })
      await invite(off.email)
      await assert.rejects(accept(tokenFor(off.email), fresh), { code: 'sign_in.account_disabled' })
    })

    test('lapse after seven days, by a newer one and when they are withdrawn', async () => {
      const { client, invite, actor } = await household()
      const email = 'late@quay.example'
      await invite(email)
      const older = tokenFor(email)
      await invite(email)
      await assert.rejects(accept(older, fresh), { code: 'link.invalid' })
      const list = () => listInvitations(means, { client_id: client.id }, actor)
      const [open] = await list()
      assert.deepEqual([(await list()).length, open!.email], [1, email])
      const foreign = clientActor((await makeClient(means)).id)
      const withdraw = (by: Actor) => withdrawInvitation(means, { invitation_id: open!.id }, by)
      await assert.rejects(withdraw(foreign), { status: 404 })
      await withdraw(actor)
      await assert.rejects(accept(tokenFor(email), fresh), { code: 'link.invalid' })
      await invite(email)
      means.clock.advance(7 * 86_400_000)
      await assert.rejects(accept(tokenFor(email), fresh), { params: { reason: 'expired' } })
      assert.deepEqual(await list(), [])
    })

    test('are refused beyond the own rights, in another realm and from other clients', async () => {
      const { client, invite, actor } = await household(['membership.*', 'invitation.*', 'contact.*'])
      await assert.rejects(invite('a@quay.example', { rights: ['*'] }), { code: 'membership.exceeds_own' })
      await assert.rejects(invite('a@quay.example', { rights: ['boat.sail'] }), { status: 422 })
      await assert.rejects(invite('a@quay.example', { rights: ['contact.*'], service_id: 'svc_none' }), {
        fields: { service_id: 'is not a service of this client' },
      })
      const foreign = clientActor((await makeClient(means)).id)
      await assert.rejects(invite('a@quay.example', {}, foreign), { status: 404 })
      await invite('a@quay.example', { rights: ['contact.*'] }, actor)
      const elsewhere = { token: tokenFor('a@quay.example'), realmId: 'rlm_other' }
      await assert.rejects(findInvitation(means, db, elsewhere), { code: 'link.invalid' })
      const limited = { ...clientActor(client.id, { rights: ['contact.*'] }), id: actor.id }
      await assert.rejects(invite('b@quay.example', { rights: ['contact.*'] }, limited), { status: 403 })
    })

    test('are replaced by nobody who holds less than they offer', async () => {
      const { client, invite } = await household()
      await invite('twice@quay.example', { rights: ['*'] })
      const token = tokenFor('twice@quay.example')
      const rights = ['invitation.*', 'contact.*']
      const clerk = { ...clientActor(client.id, { rights }), id: (await makeUser(means, { realm_id })).id }
      const again = () => invite('twice@quay.example', { rights: ['contact.*'] }, clerk)
      await assert.rejects(again(), { code: 'membership.exceeds_own' })
      await findInvitation(means, db, { token, realmId: realm_id })
      means.clock.advance(7 * 86_400_000)
      await again()
    })

    test('stand beside each other for the services of a client and for the whole of it', async () => {
      const { client, user, invite, actor, members } = await household()
      await makeServices(means, brand, { clients: 1, perClient: 2, nextPeriodOn: '2026-03-01' })
      const services = await db.all<{ id: string }>(sql`select id from services order by id desc limit 2`)
      const [one, two] = services.map(({ id }) => id) as [string, string]
      await db.run(sql`update services set client_id = ${client.id} where id in (${one}, ${two})`)
      await db.run(sql`update services set label = 'Second' where id = ${two}`)
      const email = 'hands@quay.example'
      const send = async (service_id: string | null, more: object = {}, by: Actor = actor) => {
        await invite(email, { service_id, ...more }, by)
        return tokenFor(email)
      }
      const older = await send(one)
      const tokens = {
        whole: await send(null, { rights: ['*'] }),
        two: await send(two),
        one: await send(one),
      }
      await assert.rejects(accept(older, fresh), { code: 'link.invalid' })
      const serviceOf = async (token: string) =>
        (await findInvitation(means, db, { token, realmId: realm_id })).service
      assert.equal(await serviceOf(tokens.two), 'Second')
      assert.equal(await serviceOf(tokens.whole), null)
      assert.equal(mailTo(email)!.data.service, await serviceOf(tokens.one))
      const open = async () =>
        (await listInvitations(means, { client_id: client.id }, actor)).map((row) => row.service_id)
      assert.deepEqual(await open(), [one, two, null])
      // What the invitation to the whole client offers binds those to a service no more.
      const clerk = { ...clientActor(client.id, { rights: ['invitation.*', 'contact.*'] }), id: user.id }
      await assert.rejects(send(null, {}, clerk), { code: 'membership.exceeds_own' })
      tokens.two = await send(two, {}, clerk)
      const { user_id } = await accept(tokens.one, fresh)
      assert.deepEqual(await open(), [two, null])
      await accept(tokens.two)
      await accept(tokens.whole)
      const held = (await members()).filter((row) => row.user_id === user_id)
      const places = held.map((row) => row.service_id ?? 'whole').sort()
      assert.deepEqual(places, [one, two, 'whole'].sort())
      assert.deepEqual(await open(), [])
    })

    test('end with the rights of whoever sent them', async () => {
      const { invite, member } = await household()
      await invite('x@quay.example')
      const token = tokenFor('x@quay.example')
      await deleteMembership(means, { membership_id: member.id }, staffActor())
      await assert.rejects(accept(token, fresh), { code: 'link.invalid' })
    })

    test('last no longer than the own membership, which nobody makes longer alone', async () => {
      const ends_at = '2026-03-01T00:00:00.000Z'
      const { invite, member, actor } = await household(['membership.*', 'invitation.*', 'contact.*'], {
        ends_at,
      })
      const own = { membership_id: member.id, rights: ['contact.*'], ends_at: null }
      await assert.rejects(changeMembership(means, own, actor), { code: 'membership.own' })
      await assert.rejects(invite('y@quay.example'), { code: 'membership.outlasts_own' })
      await invite('y@quay.example', { ends_at })
    })

    test('are limited for each client', async () => {
      const { invite } = await household()
      for (let i = 0; i < 20; i++) await invite(`n${i}@quay.example`)
      await assert.rejects(invite('n20@quay.example'), { status: 429 })
    })
  })
}
