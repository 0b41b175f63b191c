import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import {
  actorOfApiKey,
  actorOfSession,
  changeRole,
  changeStaff,
  createApiKey,
  createRole,
  createStaff,
  deleteRole,
  disableStaff,
  enableStaff,
  endUserSessions,
  listApiKeys,
  listRoles,
  listStaff,
  permissionCatalogue,
  readUser,
  resetPassword,
  revokeApiKey,
  signIn,
  usersOf,
} from '../../core/identity/index.ts'
import { guestActor, type Actor } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import {
  clientActor,
  makeBrand,
  makeClient,
  makeMembership,
  makeRealm,
  makeRole,
  makeStaff,
  makeUser,
  PASSWORD,
  staffActor,
} from '../support/make.ts'
import { testMeans } from '../support/means.ts'

const RULES = ['staff.*', 'role.*', 'user.*']

for (const engine of engines) {
  describe(`staff and roles on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const realm = await makeRealm(means, { kind: 'staff', name: 'Staff' })
    const brand = await makeBrand(means)
    const ownerRole = await makeRole(means, ['*'], 'Owner')
    const owner = await makeStaff(means, { realm_id: realm.id, role_id: ownerRole.id })
    const ownerActor = staffActor(['*'], owner.user_id)
    const lead = staffActor(RULES)
    const sessionOf = async (
      email: string,
      realm_id: string = realm.id,
      password = PASSWORD,
    ): Promise<Actor> => {
      const guest = guestActor('', { address: means.newId('req') })
      const { token } = await signIn(means, { realm_id, email, password, agent: '' }, guest)
      return (await actorOfSession(means, token, { realm: { id: realm_id }, address: '' }))!.actor
    }

    test('lists what a role may hold from the verbs themselves', () => {
      const staff = permissionCatalogue().find((entry) => entry.noun === 'staff')
      assert.deepEqual(staff?.permissions, [
        'staff.change',
        'staff.create',
        'staff.disable',
        'staff.enable',
        'staff.list',
      ])
      const nouns = permissionCatalogue().map((entry) => entry.noun)
      assert.deepEqual(nouns, [...new Set(nouns)].sort())
      for (const noun of ['role', 'staff', 'user']) assert.ok(nouns.includes(noun), noun)
    })

    test('makes, changes and deletes a role', async () => {
      const { id } = await createRole(means, { name: 'Desk', permissions: ['user.read'] }, ownerActor)
      await changeRole(means, { role_id: id, name: 'Front desk', permissions: ['user.*'] }, ownerActor)
      const listed = (await listRoles(means, {}, ownerActor)).find((role) => role.id === id)
      assert.deepEqual(
        { name: listed?.name, permissions: listed?.permissions, staff: listed?.staff },
        { name: 'Front desk', permissions: ['user.*'], staff: 0 },
      )
      await deleteRole(means, { role_id: id }, ownerActor)
      await assert.rejects(deleteRole(means, { role_id: id }, ownerActor), { code: 'record.not_found' })
    })

    test('refuses a role that fits no permission, and a name taken', async () => {
      await assert.rejects(createRole(means, { name: 'X', permissions: ['boat.sail'] }, ownerActor), {
        fields: { permissions: '"boat.sail" fits no permission' },
      })
      await assert.rejects(createRole(means, { name: 'Owner', permissions: ['user.read'] }, ownerActor), {
        fields: { name: 'is the name of another role' },
      })
    })

    test('lets nobody give more than they hold, nor touch who holds more', async () => {
      const beyond = { code: 'role.exceeds_own', status: 403 }
      await assert.rejects(createRole(means, { name: 'Y', permissions: ['*'] }, lead), beyond)
      await assert.rejects(createRole(means, { name: 'Y', permissions: ['*.list'] }, lead), beyond)
      await assert.rejects(
        changeRole(means, { role_id: ownerRole.id, name: 'Owner', permissions: ['user.read'] }, lead),
        beyond,
      )
      const wanted = { name: 'Eve', email: 'eve@staff.example', role_id: ownerRole.id }
      await assert.rejects(createStaff(means, wanted, lead), beyond)
      await assert.rejects(disableStaff(means, { staff_id: owner.id }, lead), beyond)
      const desk = await makeRole(means, ['user.read'])
      await assert.rejects(changeStaff(means, { staff_id: owner.id, role_id: desk.id }, lead), beyond)
      const inOneBrand = { ...lead, brandIds: [brand.id] }
      await assert.rejects(createStaff(means, { ...wanted, role_id: desk.id }, inOneBrand), beyond)
    })

    test('needs the permission and a fresh confirmation', async () => {
      const wanted = { name: 'Z', permissions: ['user.read'] }
      await assert.rejects(createRole(means, wanted, staffActor(['role.list'])), { code: 'actor.forbidden' })
      await assert.rejects(createRole(means, wanted, { ...ownerActor, confirmedAt: null }), {
        code: 'session.confirmation_needed',
      })
      await assert.rejects(createRole(means, wanted, clientActor('cli_1')), { code: 'actor.forbidden' })
    })

    test('invites a member, who sets a password and acts within role and brands', async () => {
      const desk = await makeRole(means, ['user.read', 'user.list'])
      const email = 'desk@staff.example'
      await createStaff(
        means,
        { name: 'Desk', email, role_id: desk.id, brand_ids: [brand.id] },
        staffActor(RULES),
      )
      const [mail] = means.jobs.of('mail.send').slice(-1) as unknown as [
        { template: string; data: { path: string } },
      ]
      assert.equal(mail.template, 'staff-invite')
      const token = mail.data.path.replace('/admin/reset/', '')
      await resetPassword(
        means,
        { realm_id: realm.id, token, password: PASSWORD },
        guestActor('', { address: 'a' }),
      )
      const actor = await sessionOf(email)
      assert.deepEqual(actor.brandIds, [brand.id])
      assert.equal(actor.permissions.includes('user.read'), true)
      const other = await makeUser(means)
      const own = await makeUser(means, { realm_id: brand.realm_id })
      assert.equal((await readUser(means, { user_id: own.id }, actor)).user.id, own.id)
      await assert.rejects(readUser(means, { user_id: other.id }, actor), { status: 404 })
      const listed = await db.all<{ id: string }>(sql`select u.id from users u where ${usersOf(actor)}`)
      assert.deepEqual(
        listed.map((user) => user.id),
        [own.id],
      )
      assert.equal((await listStaff(means, {}, ownerActor)).at(0)?.name, 'Ada Quay')
    })

    test('refuses an address that is staff already, and a brand that is not there', async () => {
      const desk = await makeRole(means, ['user.read'])
      const wanted = { name: 'Ada', email: owner.user.email, role_id: desk.id }
      await assert.rejects(createStaff(means, wanted, ownerActor), { code: 'user.email_taken' })
      await assert.rejects(
        createStaff(means, { ...wanted, email: 'new@staff.example', brand_ids: ['brd_none'] }, ownerActor),
        { fields: { brand_ids: 'there is no brand "brd_none"' } },
      )
    })

    test('shuts a disabled member out at once, and lets an enabled one in', async () => {
      const member = await makeStaff(means, { realm_id: realm.id, permissions: ['user.read'] })
      const guest = () => guestActor('', { address: means.newId('req') })
      const wanted = { realm_id: realm.id, email: member.user.email, password: PASSWORD, agent: '' }
      const { token } = await signIn(means, wanted, guest())
      await disableStaff(means, { staff_id: member.id, reason: 'left' }, lead)
      assert.equal(await actorOfSession(means, token, { realm: { id: realm.id }, address: '' }), null)
      await assert.rejects(signIn(means, wanted, guest()), { code: 'sign_in.account_disabled' })
      await assert.rejects(disableStaff(means, { staff_id: member.id }, lead), { code: 'state.illegal' })
      await enableStaff(means, { staff_id: member.id }, lead)
      assert.ok((await signIn(means, wanted, guest())).token)
    })

    test('keeps the last owner', async () => {
      const last = { code: 'staff.last_owner', status: 409 }
      const desk = await makeRole(means, ['user.read'])
      await assert.rejects(disableStaff(means, { staff_id: owner.id }, ownerActor), last)
      await assert.rejects(changeStaff(means, { staff_id: owner.id, role_id: desk.id }, ownerActor), last)
      const oneBrand = { staff_id: owner.id, role_id: ownerRole.id, brand_ids: [brand.id] }
      await assert.rejects(changeStaff(means, oneBrand, ownerActor), last)
      await assert.rejects(
        changeRole(means, { role_id: ownerRole.id, name: 'Owner', permissions: ['user.*'] }, ownerActor),
        last,
      )
      await assert.rejects(deleteRole(means, { role_id: ownerRole.id }, ownerActor), { code: 'role.in_use' })
      const second = await makeStaff(means, { realm_id: realm.id, role_id: ownerRole.id })
      const both = await Promise.allSettled([
        disableStaff(means, { staff_id: owner.id }, ownerActor),
        disableStaff(means, { staff_id: second.id }, ownerActor),
      ])
      assert.deepEqual(both.map((outcome) => outcome.status).sort(), ['fulfilled', 'rejected'])
      const left = await db.all(
        sql`select id from staff where role_id = ${ownerRole.id} and status = 'active'`,
      )
      assert.equal(left.length, 1)
      await db.run(sql`update staff set status = 'active' where role_id = ${ownerRole.id}`)
    })

    test('ends the sessions of a customer', async () => {
      const user = await makeUser(means, { realm_id: brand.realm_id })
      await sessionOf(user.email, brand.realm_id)
      assert.equal(await endUserSessions(means, { user_id: user.id }, lead), 1)
    })

    test('gives a key that does what both its scopes and its user may', async () => {
      const member = await makeStaff(means, { realm_id: realm.id, permissions: ['user.*'] })
      const actor = await sessionOf(member.user.email)
      const made = await createApiKey(means, { name: 'CI', scopes: ['user.read'], days: 1 }, actor)
      const found = await actorOfApiKey(means, made.key, { address: '192.0.2.1' })
      assert.deepEqual(found?.actor, {
        kind: 'staff',
        id: made.id,
        name: 'CI',
        permissions: ['user.read'],
        brandIds: 'all',
        grants: [],
        address: '192.0.2.1',
      })
      assert.equal(JSON.stringify(await listApiKeys(means, {}, actor)).includes(made.key), false)
      await assert.rejects(listApiKeys(means, {}, found.actor), { code: 'actor.forbidden' })
      means.clock.advance(24 * 3_600_000)
      assert.equal(await actorOfApiKey(means, made.key, { address: '' }), null)
    })

    test('refuses scopes beyond the own ones, and stops a key with its user', async () => {
      const member = await makeStaff(means, { realm_id: realm.id, permissions: ['user.*'] })
      const actor = await sessionOf(member.user.email)
      await assert.rejects(createApiKey(means, { name: 'X', scopes: ['role.list'] }, actor), {
        code: 'role.exceeds_own',
      })
      const { id, key } = await createApiKey(means, { name: 'X', scopes: ['user.*'] }, actor)
      await disableStaff(means, { staff_id: member.id }, ownerActor)
      assert.equal(await actorOfApiKey(means, key, { address: '' }), null)
      await enableStaff(means, { staff_id: member.id }, ownerActor)
      const other = await makeStaff(means, { realm_id: realm.id, permissions: ['user.*'] })
      const theirs = await sessionOf(other.user.email)
      await assert.rejects(revokeApiKey(means, { key_id: id }, theirs), { status: 404 })
      assert.ok(await actorOfApiKey(means, key, { address: '' }))
      await revokeApiKey(means, { key_id: id }, actor)
      assert.equal(await actorOfApiKey(means, key, { address: '' }), null)
    })

    test("keeps a client's key to its client and to rights still held", async () => {
      const user = await makeUser(means, { realm_id: brand.realm_id })
      const [mine, second, foreign] = [
        await makeClient(means, { brand_id: brand.id }),
        await makeClient(means, { brand_id: brand.id }),
        await makeClient(means, { brand_id: brand.id }),
      ]
      for (const client of [mine, second])
        await makeMembership(means, { client_id: client.id, user_id: user.id, rights: ['api_key.*'] })
      const actor = await sessionOf(user.email, brand.realm_id)
      const wanted = { name: 'Sync', scopes: ['api_key.list'], client_id: mine.id }
      await assert.rejects(createApiKey(means, { ...wanted, client_id: foreign.id }, actor), { status: 404 })
      await assert.rejects(createApiKey(means, { ...wanted, scopes: ['api_key.*', '*'] }, actor), {
        code: 'role.exceeds_own',
      })
      const { key } = await createApiKey(means, wanted, actor)
      const grantsOf = async () => (await actorOfApiKey(means, key, { address: '' }))!.actor.grants
      assert.deepEqual(await grantsOf(), [{ clientId: mine.id, serviceId: null, rights: ['api_key.list'] }])
      await db.run(sql`delete from memberships where client_id = ${mine.id}`)
      assert.deepEqual(await grantsOf(), [])
    })
  })
}
