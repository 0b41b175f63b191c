import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import {
  actorOfSession,
  changePassword,
  confirm,
  disableUser,
  endOtherSessions,
  endSession,
  listSessions,
  listSignIns,
  requireConfirmed,
  signIn,
  signOut,
  sweepIdentity,
} from '../../core/identity/index.ts'
import { guestActor } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import {
  makeBrand,
  makeClient,
  makeMembership,
  makeRealm,
  makeStaff,
  makeUser,
  PASSWORD,
  staffActor,
} from '../support/make.ts'
import { testMeans } from '../support/means.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

for (const engine of engines) {
  describe(`signing in on ${engine}`, async () => {
    const statements: string[] = []
    const { db, remove } = await makeDatabase(engine, { before: (text) => void statements.push(text) })
    after(remove)
    const means = testMeans(db)
    const brand = await makeBrand(means)
    const realmId = brand.realm_id
    let visitors = 0

    /** Each visitor comes from another address, so that one test does not use up the limit of another. */
    const visitor = () => guestActor(brand.id, { address: `198.51.100.${++visitors}` })
    const enter = (email: string, password = PASSWORD, guest = visitor(), more: object = {}) =>
      signIn(means, { realm_id: realmId, email, password, agent: 'Firefox', ...more }, guest)
    /** What plugins hear of a user, in order. */
    const eventsOf = async (userId: string) => {
      const rows = await db.all<{ type: string }>(
        sql`select type from events where subject = ${userId} order by id`,
      )
      return rows.map(({ type }) => type)
    }
    const whoIs = (token: string, realm = realmId) =>
      actorOfSession(means, token, { realm: { id: realm }, address: '192.0.2.9', requestId: 'req_1' })

    test('opens a session that names the user, the clients and the rights', async () => {
      const user = await makeUser(means, { realm_id: realmId, email: 'Ada@Example.org' })
      const client = await makeClient(means, { brand_id: brand.id, name: 'Ada' })
      await makeMembership(means, { client_id: client.id, user_id: user.id, rights: ['invoice.*'], owner: 0 })
      const { token, session } = await enter('ada@example.ORG')
      const signedIn = await whoIs(token)
      assert.deepEqual(signedIn?.actor, {
        kind: 'client',
        id: user.id,
        name: 'Ada Quay',
        permissions: [],
        brandIds: [brand.id],
        grants: [{ clientId: client.id, serviceId: null, rights: ['invoice.*'] }],
        address: '192.0.2.9',
        requestId: 'req_1',
        sessionId: session.id,
        confirmedAt: session.created_at,
      })
      assert.deepEqual(signedIn?.clients, [
        {
          ...{ id: client.id, brand_id: brand.id, name: 'Ada', company: null, currency: 'EUR' },
          ...{ status: 'active', owner: false },
        },
      ])
      assert.equal('password_hash' in signedIn.user, false)
    })

    test('keeps no token, only its hash', async () => {
      const user = await makeUser(means, { realm_id: realmId })
      const { token } = await enter(user.email)
      assert.equal(Buffer.from(token, 'base64url').length, 32)
      const row = await db.get<{ token_hash: string }>(
        sql`select token_hash from sessions where user_id = ${user.id}`,
      )
      assert.match(row!.token_hash, /^[0-9a-f]{64}$/)
    })

    test('finds out who acts with one statement', async () => {
      const user = await makeUser(means, { realm_id: realmId })
      const { token } = await enter(user.email)
      statements.length = 0
      await whoIs(token)
      assert.equal(statements.length, 1)
      means.clock.advance(5 * 60_000)
      statements.length = 0
      await whoIs(token)
      assert.equal(statements.filter((text) => /^\s*(select|update)/.test(text)).length, 2)
    })

    test('answers a wrong password and an unknown address alike, and writes both down', async () => {
      const user = await makeUser(means, { realm_id: realmId })
      const wrong = await enter(user.email, 'not the password').catch((error: unknown) => error)
      const unknown = await enter('nobody@example.org').catch((error: unknown) => error)
      assert.equal((wrong as { code: string }).code, 'sign_in.failed')
      assert.equal((wrong as Error).message, (unknown as Error).message)
      const rows = await db.all<{ outcome: string; user_id: string | null }>(
        sql`select outcome, user_id from sign_ins where email_key in (${user.email}, 'nobody@example.org') order by id`,
      )
      assert.deepEqual(
        rows.map((row) => ({ ...row })),
        [
          { outcome: 'failed', user_id: user.id },
          { outcome: 'failed', user_id: null },
        ],
      )
    })

    test('does not let a user of one realm into another', async () => {
      const other = await makeRealm(means)
      const user = await makeUser(means, { realm_id: other.id })
      await assert.rejects(enter(user.email), { code: 'sign_in.failed' })
      const { token } = await signIn(
        means,
        { realm_id: other.id, email: user.email, password: PASSWORD, agent: '' },
        visitor(),
      )
      assert.equal(await whoIs(token), null)
      assert.equal((await whoIs(token, other.id))?.user.id, user.id)
    })

    test('says that an account is disabled only after the right password', async () => {
      const user = await makeUser(means, { realm_id: realmId, status: 'disabled' })
      await assert.rejects(enter(user.email, 'wrong password'), { code: 'sign_in.failed' })
      await assert.rejects(enter(user.email), { code: 'sign_in.account_disabled', status: 403 })
    })

    test('ends the sessions of a user who is disabled', async () => {
      const user = await makeUser(means, { realm_id: realmId })
      const { token } = await enter(user.email)
      await disableUser(means, { user_id: user.id, reason: 'fraud' }, staffActor())
      assert.equal(await whoIs(token), null)
    })

    test('refuses the eleventh guess on an account until the quarter of an hour is over', async () => {
      const user = await makeUser(means, { realm_id: realmId })
      for (let guess = 0; guess < 10; guess++)
        await assert.rejects(enter(user.email, 'wrong'), { code: 'sign_in.failed' })
      const until = new Date(means.clock.ms() + 15 * 60_000).toISOString()
      await assert.rejects(enter(user.email), {
        code: 'rate_limit.exceeded',
        status: 429,
        params: { works_again_at: until, seconds: 900 },
        message: 'That was tried too often. It works again in 15 minutes.',
      })
      means.clock.advance(15 * 60_000)
      assert.ok((await enter(user.email)).token)
    })

    test('counts guesses made at once', async () => {
      const user = await makeUser(means, { realm_id: realmId })
      const guesses = Array.from({ length: 14 }, () => enter(user.email, 'wrong').catch((e: unknown) => e))
      const codes = (await Promise.all(guesses)).map((error) => (error as { code: string }).code)
      assert.equal(codes.filter((code) => code === 'sign_in.failed').length, 10)
      assert.equal(codes.filter((code) => code === 'rate_limit.exceeded').length, 4)
    })

    test('refuses an address that tries many accounts, but not its neighbour', async () => {
      const user = await makeUser(means, { realm_id: realmId })
      const guest = guestActor(brand.id, { address: '203.0.113.5' })
      await db.insert('rate_limits', [
        {
          name: 'sign_in.address',
          subject: '203.0.113.5',
          attempts: 30,
          window_ends_at: new Date(means.clock.ms() + 60_000).toISOString(),
        },
      ])
      await assert.rejects(enter(user.email, PASSWORD, guest), {
        message: 'That was tried too often. It works again in 1 minute.',
      })
      assert.ok((await enter(user.email)).token)
    })

    test('starts the count anew after a success', async () => {
      const user = await makeUser(means, { realm_id: realmId })
      for (let round = 0; round < 2; round++) {
        for (let guess = 0; guess < 9; guess++) await assert.rejects(enter(user.email, 'wrong'))
        await enter(user.email)
      }
    })

    test('ends a session that is not used, and one that is used too long', async () => {
      const user = await makeUser(means, { realm_id: realmId })
      const idle = await enter(user.email)
      means.clock.advance(12 * HOUR)
      assert.equal(await whoIs(idle.token), null)
      const busy = await enter(user.email)
      for (let visit = 0; visit < 15; visit++) {
        means.clock.advance(11 * HOUR)
        assert.ok(await whoIs(busy.token), `visit ${visit}`)
      }
      means.clock.advance(3 * HOUR)
      assert.equal(await whoIs(busy.token), null)
    })

    test('remembers a client for a month without a visit, but staff never', async () => {
      const user = await makeUser(means, { realm_id: realmId })
      const { token } = await enter(user.email, PASSWORD, visitor(), { remember: true })
      means.clock.advance(29 * DAY)
      assert.ok(await whoIs(token))
      const staff = await makeStaff(means)
      const wanted = { realm_id: staff.user.realm_id, email: staff.user.email, password: PASSWORD, agent: '' }
      const theirs = await signIn(means, { ...wanted, remember: true }, visitor())
      means.clock.advance(2 * HOUR - 1)
      assert.equal((await whoIs(theirs.token, staff.user.realm_id))?.actor.kind, 'staff')
      means.clock.advance(2 * HOUR)
      assert.equal(await whoIs(theirs.token, staff.user.realm_id), null)
    })

    test('lists sessions and ends one, all others, or itself', async () => {
      const user = await makeUser(means, { realm_id: realmId })
      const tokens: string[] = []
      for (let i = 0; i < 4; i++) {
        tokens.push((await enter(user.email)).token)
        means.clock.advance(1000)
      }
      const [first, second, third, fourth] = tokens as [string, string, string, string]
      const { actor } = (await whoIs(fourth))!
      const listed = await listSessions(means, {}, actor)
      assert.deepEqual(
        listed.map((session) => session.current),
        [true, false, false, false],
      )
      await endSession(means, { session_id: listed[3]!.id }, actor)
      assert.equal(await whoIs(first), null)
      assert.ok(await whoIs(second))
      assert.equal(await endOtherSessions(means, {}, actor), 2)
      assert.equal(await whoIs(third), null)
      await signOut(means, {}, actor)
      assert.equal(await whoIs(fourth), null)
      await signOut(means, {}, actor)
      assert.deepEqual(
        (await eventsOf(actor.id)).filter((type) => type !== 'user.signed_in'),
        ['user.signed_out'],
      )
    })

    test("does not end another user's session", async () => {
      const [mine, theirs] = [
        await makeUser(means, { realm_id: realmId }),
        await makeUser(means, { realm_id: realmId }),
      ]
      const { token } = await enter(mine.email)
      const other = await enter(theirs.email)
      const { actor } = (await whoIs(token))!
      await assert.rejects(endSession(means, { session_id: other.session.id }, actor), {
        code: 'record.not_found',
      })
      assert.ok(await whoIs(other.token))
    })

    test('asks for the password again before dangerous acts, for ten minutes', async () => {
      const user = await makeUser(means, { realm_id: realmId })
      const { token } = await enter(user.email)
      means.clock.advance(10 * 60_000 + 1)
      const { actor } = (await whoIs(token))!
      assert.throws(() => requireConfirmed(means, actor), { code: 'session.confirmation_needed' })
      await assert.rejects(confirm(means, { password: 'wrong' }, actor), { code: 'sign_in.failed' })
      await confirm(means, { password: PASSWORD }, actor)
      requireConfirmed(means, (await whoIs(token))!.actor)
    })

    test('changes the password with the old one, and ends the other sessions', async () => {
      const user = await makeUser(means, { realm_id: realmId })
      const [other, own] = [await enter(user.email), await enter(user.email)]
      const { actor } = (await whoIs(own.token))!
      const fresh = 'cobalt-heron-meadow-7'
      await assert.rejects(changePassword(means, { current_password: 'wrong', password: fresh }, actor), {
        code: 'sign_in.failed',
      })
      await assert.rejects(
        changePassword(means, { current_password: PASSWORD, password: 'Password2026!' }, actor),
        { fields: { password: 'is one of the passwords that are guessed first' } },
      )
      await changePassword(means, { current_password: PASSWORD, password: fresh }, actor)
      assert.equal(await whoIs(other.token), null)
      assert.ok(await whoIs(own.token))
      await assert.rejects(enter(user.email), { code: 'sign_in.failed' })
      assert.ok((await enter(user.email, fresh)).token)
      assert.deepEqual(await eventsOf(user.id), [
        ...['user.signed_in', 'user.signed_in', 'user.password_changed', 'user.signed_in'],
      ])
    })

    test('gives no rights by a membership that is over, nor for a client that is closed', async () => {
      const user = await makeUser(means, { realm_id: realmId })
      const [open, closed] = [
        await makeClient(means, { brand_id: brand.id }),
        await makeClient(means, { brand_id: brand.id, status: 'closed' }),
      ]
      const ends_at = new Date(Date.parse(means.business.now()) + DAY).toISOString()
      await makeMembership(means, { client_id: open.id, user_id: user.id, ends_at })
      await makeMembership(means, { client_id: closed.id, user_id: user.id })
      const { token } = await enter(user.email)
      const clientsOf = async () => (await whoIs(token))!.actor.grants.map((grant) => grant.clientId)
      assert.deepEqual(await clientsOf(), [open.id])
      means.business.advance(1)
      assert.deepEqual(await clientsOf(), [])
      assert.deepEqual(
        (await whoIs(token))!.clients.map(({ id, status }) => ({ id, status })),
        [{ id: closed.id, status: 'closed' }],
      )
    })

    test('shows the history of the own account, newest first', async () => {
      const user = await makeUser(means, { realm_id: realmId })
      await assert.rejects(enter(user.email, 'wrong'))
      const { token } = await enter(user.email)
      const { actor } = (await whoIs(token))!
      assert.deepEqual(
        (await listSignIns(means, {}, actor)).map((line) => line.outcome),
        ['succeeded', 'failed'],
      )
    })

    test('sweeps away what is long over, and keeps what is not', async () => {
      const user = await makeUser(means, { realm_id: realmId })
      await enter(user.email)
      means.clock.advance(60 * DAY)
      const { token } = await enter(user.email)
      await sweepIdentity(means)
      const left = await db.all(sql`select id from sessions where user_id = ${user.id}`)
      assert.equal(left.length, 1)
      assert.ok(await whoIs(token))
      assert.equal((await db.all(sql`select name from rate_limits where name = 'sign_in.account'`)).length, 0)
    })
  })
}
