import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import {
  actorOfApiKey,
  actorOfSession,
  changeEmail,
  changePassword,
  changeUserEmail,
  checkResetLink,
  createApiKey,
  disableUser,
  enableUser,
  endUserSessions,
  readUser,
  requestReset,
  requestVerification,
  resetPassword,
  sendUserReset,
  signIn,
  verifyEmail,
} from '../../core/identity/index.ts'
import { guestActor, type Actor } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import {
  makeBrand,
  makeClient,
  makeMembership,
  makeRealm,
  makeUser,
  PASSWORD,
  staffActor,
} from '../support/make.ts'
import { testMeans } from '../support/means.ts'

interface Mail {
  template: string
  to: { address: string }
  brand_id: string | null
  data: { path?: string }
}

for (const engine of engines) {
  describe(`links by mail on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const brand = await makeBrand(means)
    const realm_id = brand.realm_id
    const fresh = 'cobalt-heron-meadow-7'
    let visitors = 0
    const guest = () => guestActor(brand.id, { address: `198.51.100.${++visitors}` })
    const mailsTo = (address: string) =>
      (means.jobs.of('mail.send') as unknown as Mail[]).filter((mail) => mail.to.address === address)
    const lastToken = (address: string) => mailsTo(address).at(-1)!.data.path!.split('/').at(-1)!
    const askReset = async (email: string) => {
      await requestReset(means, { realm_id, email }, guest())
      return lastToken(email)
    }
    const reset = (token: string, password = fresh, realm = realm_id) =>
      resetPassword(means, { realm_id: realm, token, password }, guest())
    const enter = (email: string, password: string) =>
      signIn(means, { realm_id, email, password, agent: '' }, guest())
    const whoIs = (token: string) => actorOfSession(means, token, { realm: { id: realm_id }, address: '' })

    test('sets a new password once, ends all sessions and proves the address', async () => {
      const user = await makeUser(means, { realm_id, email_verified_at: null })
      const old = await enter(user.email, PASSWORD)
      const token = await askReset(user.email)
      assert.deepEqual(await checkResetLink(means, { token, realmId: realm_id }), { email: user.email })
      await reset(token)
      assert.equal(await whoIs(old.token), null)
      await assert.rejects(enter(user.email, PASSWORD), { code: 'sign_in.failed' })
      const { token: session } = await enter(user.email, fresh)
      assert.equal((await whoIs(session))!.user.email_verified_at, means.clock.now())
      await assert.rejects(reset(token), { code: 'link.invalid', status: 410, params: { reason: 'used' } })
      assert.equal(mailsTo(user.email).at(-1)!.template, 'password-changed')
    })

    test('the first proof of an address ends the keys of before, a later one does not', async () => {
      for (const prove of ['reset', 'verification']) {
        const user = await makeUser(means, { realm_id, email_verified_at: null })
        await makeMembership(means, {
          client_id: (await makeClient(means, { brand_id: brand.id })).id,
          user_id: user.id,
        })
        const { actor } = (await whoIs((await enter(user.email, PASSWORD)).token))!
        const makeKey = async (by: Actor) =>
          (await createApiKey(means, { name: 'Mine', scopes: ['*'] }, by)).key
        const key = await makeKey(actor)
        assert.ok(await actorOfApiKey(means, key, { address: '' }))
        if (prove === 'reset') await reset(await askReset(user.email))
        else {
          await requestVerification(means, {}, actor)
          await verifyEmail(means, { realm_id, token: lastToken(user.email) }, guest())
        }
        assert.equal(await actorOfApiKey(means, key, { address: '' }), null)
        const { token } = await enter(user.email, prove === 'reset' ? fresh : PASSWORD)
        const later = await makeKey((await whoIs(token))!.actor)
        await reset(await askReset(user.email), 'copper-willow-harbour-9')
        assert.ok(await actorOfApiKey(means, later, { address: '' }))
      }
    })

    test('answers an unknown address as a known one, without a mail', async () => {
      const known = await makeUser(means, { realm_id })
      const answers = [
        await requestReset(means, { realm_id, email: known.email }, guest()),
        await requestReset(means, { realm_id, email: 'nobody@example.org' }, guest()),
      ]
      assert.deepEqual(answers, [undefined, undefined])
      assert.equal(mailsTo(known.email).length, 1)
      assert.equal(mailsTo('nobody@example.org').length, 0)
    })

    test('sends no link for a disabled user', async () => {
      const user = await makeUser(means, { realm_id, status: 'disabled' })
      await requestReset(means, { realm_id, email: user.email }, guest())
      assert.equal(mailsTo(user.email).length, 0)
    })

    test('refuses a link of a reset after half an hour', async () => {
      const user = await makeUser(means, { realm_id })
      const token = await askReset(user.email)
      means.clock.advance(30 * 60_000)
      await assert.rejects(reset(token), { code: 'link.invalid', params: { reason: 'expired' } })
    })

    test('refuses an older link once a newer one was sent', async () => {
      const user = await makeUser(means, { realm_id })
      const older = await askReset(user.email)
      const newer = await askReset(user.email)
      await assert.rejects(reset(older), { params: { reason: 'used' } })
      await reset(newer)
    })

    test('refuses a link in another realm, and one that was never sent', async () => {
      const user = await makeUser(means, { realm_id })
      const token = await askReset(user.email)
      const other = await makeRealm(means)
      await assert.rejects(reset(token, fresh, other.id), { params: { reason: 'unknown' } })
      await assert.rejects(reset('made-up'), { params: { reason: 'unknown' } })
      const purpose = verifyEmail(means, { realm_id, token }, guest())
      await assert.rejects(purpose, { params: { reason: 'unknown' } })
    })

    test('lets the link stand when the password is refused', async () => {
      const user = await makeUser(means, { realm_id })
      const token = await askReset(user.email)
      await assert.rejects(reset(token, 'short'), { fields: { password: 'needs at least 10 characters' } })
      await reset(token)
    })

    test('lets one of two clicks at once through', async () => {
      const user = await makeUser(means, { realm_id })
      const token = await askReset(user.email)
      const outcomes = await Promise.allSettled([reset(token), reset(token)])
      assert.deepEqual(outcomes.map((outcome) => outcome.status).sort(), ['fulfilled', 'rejected'])
    })

    test('limits how often one address can be sent links, known or not', async () => {
      for (const email of [(await makeUser(means, { realm_id })).email, 'nobody-else@example.org']) {
        for (let i = 0; i < 4; i++) await requestReset(means, { realm_id, email }, guest())
        await assert.rejects(requestReset(means, { realm_id, email }, guest()), { status: 429 })
      }
    })

    test('keeps only the hash of a link', async () => {
      const user = await makeUser(means, { realm_id })
      const token = await askReset(user.email)
      const rows = await db.all<{ token_hash: string }>(
        sql`select token_hash from one_time_tokens where user_id = ${user.id}`,
      )
      assert.equal(rows.length, 1)
      assert.notEqual(rows[0]!.token_hash, token)
    })

    test('verifies an address by its link, once, within three days', async () => {
      const user = await makeUser(means, { realm_id, email_verified_at: null })
      const { actor } = (await whoIs((await enter(user.email, PASSWORD)).token))!
      await requestVerification(means, {}, actor)
      const late = lastToken(user.email)
      means.clock.advance(3 * 24 * 3_600_000)
      await assert.rejects(verifyEmail(means, { realm_id, token: late }, guest()), {
        params: { reason: 'expired' },
      })
      await requestVerification(means, {}, actor)
      const token = lastToken(user.email)
      const done = await verifyEmail(means, { realm_id, token }, guest())
      assert.deepEqual(done, { user_id: user.id, email: user.email })
      await assert.rejects(verifyEmail(means, { realm_id, token }, guest()), { params: { reason: 'used' } })
      const before = mailsTo(user.email).length
      await requestVerification(means, {}, actor)
      assert.equal(mailsTo(user.email).length, before)
    })

    const enterAs = async (user: { email: string }) => {
      const { token } = await enter(user.email, PASSWORD)
      return { token, actor: (await whoIs(token))!.actor }
    }
    const templatesTo = (address: string) => mailsTo(address).map((mail) => mail.template)
    const ask = (email: string, actor: Actor, current_password = PASSWORD) =>
      changeEmail(means, { email, current_password }, actor)

    test('changes the address only when the new one is proved, after the password', async () => {
      const user = await makeUser(means, { realm_id })
      const { token: session, actor } = await enterAs(user)
      const elsewhere = await enterAs(user)
      const email = `new-${user.email}`
      await assert.rejects(ask(email, actor, 'not the password'), { code: 'sign_in.failed' })
      assert.deepEqual([templatesTo(user.email), templatesTo(email)], [[], []])
      await ask(email, actor)
      assert.equal((await whoIs(session))!.user.email, user.email)
      assert.deepEqual([templatesTo(user.email), templatesTo(email)], [['email-asked'], ['verify-email']])
      const reset = await askReset(user.email)
      await verifyEmail(means, { realm_id, token: lastToken(email) }, actor)
      assert.equal((await whoIs(session))!.user.email, email)
      assert.equal(await whoIs(elsewhere.token), null)
      assert.deepEqual(templatesTo(user.email), ['email-asked', 'reset-password', 'email-changed'])
      await assert.rejects(resetPassword(means, { realm_id, token: reset, password: fresh }, guest()), {
        code: 'link.invalid',
      })
      const again = verifyEmail(means, { realm_id, token: lastToken(email) }, actor)
      await assert.rejects(again, { params: { reason: 'used' } })
      await assert.rejects(enter(user.email, PASSWORD), { code: 'sign_in.failed' })
      await assert.rejects(ask(email, actor), { fields: { email: 'is the address already' } })
    })

    test('ends every session when the link of a new address is followed by whoever is not signed in', async () => {
      const user = await makeUser(means, { realm_id })
      const { token: session, actor } = await enterAs(user)
      await ask(`x-${user.email}`, actor)
      await verifyEmail(means, { realm_id, token: lastToken(`x-${user.email}`) }, guest())
      assert.equal(await whoIs(session), null)
    })

    test('a new password takes back a change of the address that waits, and leaves the first proof alone', async () => {
      const user = await makeUser(means, { realm_id })
      const { actor } = await enterAs(user)
      await ask(`y-${user.email}`, actor)
      await reset(await askReset(user.email))
      const late = verifyEmail(means, { realm_id, token: lastToken(`y-${user.email}`) }, guest())
      await assert.rejects(late, { params: { reason: 'used' } })
      const fresher = await makeUser(means, { realm_id, email_verified_at: null })
      const { actor: newcomer } = await enterAs(fresher)
      await requestVerification(means, {}, newcomer)
      const token = lastToken(fresher.email)
      const change = { current_password: PASSWORD, password: fresh }
      await changePassword(means, change, newcomer)
      await verifyEmail(means, { realm_id, token }, guest())
    })

    test('tells an address that nobody has proved nothing', async () => {
      const user = await makeUser(means, { realm_id, email_verified_at: null })
      const { actor } = await enterAs(user)
      await ask(`z-${user.email}`, actor)
      assert.deepEqual(templatesTo(user.email), [])
    })

    test('does not tell that a new address has an account, neither here nor at the old address', async () => {
      const holder = await makeUser(means, { realm_id })
      const user = await makeUser(means, { realm_id })
      const { actor } = await enterAs(user)
      assert.equal(await ask(holder.email, actor), undefined)
      assert.deepEqual(templatesTo(holder.email), ['account-exists'])
      assert.deepEqual(templatesTo(user.email), ['email-asked'])
    })

    test('limits guesses of the password and mails to new addresses', async () => {
      const user = await makeUser(means, { realm_id })
      const { actor } = await enterAs(user)
      for (let i = 0; i < 5; i++) await assert.rejects(ask('w@example.org', actor, 'guess'), { status: 422 })
      await assert.rejects(ask('w@example.org', actor), { status: 429 })
    })

    test('lets staff ask for a customer, by the same link, after a confirmation', async () => {
      const user = await makeUser(means, { realm_id })
      const { token: session } = await enterAs(user)
      const email = `staff-${user.email}`
      const clerk = { ...staffActor(['user.ask_email']), confirmedAt: means.clock.now() }
      const change = (actor: Actor) => changeUserEmail(means, { user_id: user.id, email }, actor)
      await assert.rejects(change({ ...clerk, confirmedAt: null }), { code: 'session.confirmation_needed' })
      await assert.rejects(change({ ...clerk, permissions: ['user.read'] }), { code: 'actor.forbidden' })
      await assert.rejects(change({ ...clerk, brandIds: ['brd_other'] }), { code: 'record.not_found' })
      await change(clerk)
      assert.equal((await whoIs(session))!.user.email, user.email)
      assert.equal(mailsTo(email)[0]!.brand_id, brand.id)
      assert.deepEqual(templatesTo(user.email), ['email-asked'])
      await verifyEmail(means, { realm_id, token: lastToken(email) }, guest())
      assert.equal(await whoIs(session), null)
    })

    test('an account that acts for other brands too is acted on by no staff of one brand', async () => {
      const second = await makeBrand(means, { realm_id })
      const user = await makeUser(means, { realm_id })
      const confirmedAt = means.clock.now()
      const of = (...brandIds: string[]): Actor => ({ ...staffActor(), brandIds, confirmedAt })
      const [ofFirst, ofSecond, ofBoth] = [of(brand.id), of(second.id), of(brand.id, second.id)]
      const acts = [
        (by: Actor) => changeUserEmail(means, { user_id: user.id, email: `m-${user.email}` }, by),
        (by: Actor) => sendUserReset(means, { user_id: user.id }, by),
        (by: Actor) => endUserSessions(means, { user_id: user.id }, by),
        (by: Actor) => disableUser(means, { user_id: user.id, reason: 'Asked for it' }, by),
        (by: Actor) => enableUser(means, { user_id: user.id, reason: 'Asked for it' }, by),
      ]
      const clientOf = async (brand_id: string) =>
        makeMembership(means, { client_id: (await makeClient(means, { brand_id })).id, user_id: user.id })
      await clientOf(second.id)
      for (const act of acts) {
        await assert.rejects(act(ofFirst), { code: 'user.of_other_brands', status: 403 })
        await act(ofSecond)
      }
      assert.deepEqual([...new Set(mailsTo(user.email).map(({ brand_id }) => brand_id))], [second.id])
      await clientOf(brand.id)
      for (const act of acts) {
        await assert.rejects(act(ofSecond), { code: 'user.of_other_brands' })
        await act(ofBoth)
      }
      assert.equal((await readUser(means, { user_id: user.id }, ofFirst)).user.id, user.id)
    })

    test('lets staff send a reset but never see it, and only for customers', async () => {
      const user = await makeUser(means, { realm_id })
      await sendUserReset(means, { user_id: user.id }, staffActor(['user.send_reset']))
      assert.equal(mailsTo(user.email)[0]!.brand_id, brand.id)
      await assert.rejects(sendUserReset(means, { user_id: user.id }, staffActor(['user.read'])), {
        code: 'actor.forbidden',
      })
      const elsewhere = { ...staffActor(), brandIds: ['brd_other'] }
      await assert.rejects(sendUserReset(means, { user_id: user.id }, elsewhere), {
        code: 'record.not_found',
      })
    })
  })
}
