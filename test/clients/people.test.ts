import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  changeContact,
  changeMembership,
  changeNote,
  contactsFor,
  createContact,
  createMembership,
  createNote,
  deleteContact,
  deleteMembership,
  deleteNote,
  listContacts,
  listMemberships,
  listNotes,
} from '../../core/clients/index.ts'
import { sql } from '../../core/db/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeBrand, makeClient, makeMembership, makeUser, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

for (const engine of engines) {
  describe(`people of a client on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const brand = await makeBrand(means)
    const staff = staffActor()
    const foreign = clientActor((await makeClient(means)).id)
    const elsewhere = { ...staffActor(), brandIds: ['brd_other'] }

    const household = async () => {
      const client = await makeClient(means, { brand_id: brand.id })
      const [owner, member] = [
        await makeUser(means, { realm_id: brand.realm_id }),
        await makeUser(means, { realm_id: brand.realm_id }),
      ]
      const ownership = await makeMembership(means, { client_id: client.id, user_id: owner.id })
      return { client, owner, member, ownership }
    }

    describe('members', () => {
      test('are added by staff, from the realm of the brand', async () => {
        const { client, owner, member } = await household()
        const wanted = { client_id: client.id, email: member.email, rights: ['contact.*'] }
        const { id } = await createMembership(means, wanted, staff)
        const listed = await listMemberships(means, { client_id: client.id }, clientActor(client.id))
        assert.deepEqual(
          listed.map((row) => [row.user_id, row.rights, row.owner]),
          [
            [owner.id, ['*'], 1],
            [member.id, ['contact.*'], 0],
          ],
        )
        assert.equal(listed[1]?.id, id)
        await assert.rejects(createMembership(means, wanted, staff), { code: 'membership.exists' })
        const stranger = await makeUser(means)
        await assert.rejects(createMembership(means, { ...wanted, email: stranger.email }, staff), {
          fields: { email: 'has no confirmed account here; invite the person' },
        })
        const unproved = await makeUser(means, { realm_id: brand.realm_id, email_verified_at: null })
        await assert.rejects(createMembership(means, { ...wanted, email: unproved.email }, staff), {
          fields: { email: 'has no confirmed account here; invite the person' },
        })
        await assert.rejects(createMembership(means, { ...wanted, rights: ['boat.sail'] }, staff), {
          fields: { rights: '"boat.sail" fits no permission' },
        })
        await assert.rejects(createMembership(means, { ...wanted, service_id: 'svc_none' }, staff), {
          fields: { service_id: 'is not a service of this client' },
        })
        await assert.rejects(createMembership(means, wanted, clientActor(client.id)), { status: 403 })
      })

      test('own the whole client or nothing: rights on one service make no owner', async () => {
        const { client, ownership, member } = await household()
        const own = { owner: 'is for rights on the whole client' }
        const single = await makeMembership(means, {
          ...{
            client_id: client.id,
            user_id: member.id,
            service_id: 'svc_one',
            rights: ['service.read'],
            owner: 0,
          },
        })
        const change = { membership_id: single.id, rights: ['contact.list'] }
        await assert.rejects(changeMembership(means, { ...change, owner: true }, staff), { fields: own })
        await changeMembership(means, change, staff)
        // One of before it was refused.
        await db.run(sql`update memberships set owner = 1 where id = ${single.id}`)
        const leave = deleteMembership(means, { membership_id: ownership.id }, staff)
        await assert.rejects(leave, { code: 'membership.last_owner' })
        await changeMembership(means, change, staff)
        assert.deepEqual(await db.all(sql`select owner from memberships where id = ${single.id}`), [
          { owner: 0 },
        ])
      })

      test('give and take only rights that they hold', async () => {
        const { client, ownership, member } = await household()
        const row = await makeMembership(means, {
          client_id: client.id,
          user_id: member.id,
          rights: ['contact.list'],
          owner: 0,
        })
        const helper = clientActor(client.id, { rights: ['membership.*', 'contact.*'] })
        const beyond = { code: 'membership.exceeds_own', status: 403 }
        const change = (more: object) =>
          changeMembership(means, { membership_id: row.id, rights: ['contact.*'], ...more }, helper)
        await assert.rejects(change({ rights: ['client.change'] }), beyond)
        await assert.rejects(change({ owner: true }), beyond)
        await assert.rejects(deleteMembership(means, { membership_id: ownership.id }, helper), beyond)
        await change({ ends_at: '2026-02-01T00:00:00Z' })
        const [, changed] = await listMemberships(means, { client_id: client.id }, staff)
        assert.deepEqual([changed?.rights, changed?.ends_at], [['contact.*'], '2026-02-01T00:00:00.000Z'])
        await deleteMembership(means, { membership_id: row.id }, helper)
        assert.equal((await listMemberships(means, { client_id: client.id }, staff)).length, 1)
      })

      test('keep an owner', async () => {
        const { client, ownership, member } = await household()
        const last = { code: 'membership.last_owner', status: 409 }
        const own = clientActor(client.id)
        await assert.rejects(deleteMembership(means, { membership_id: ownership.id }, own), last)
        const step = { membership_id: ownership.id, rights: ['*'], owner: false }
        await assert.rejects(changeMembership(means, step, own), last)
        const over = { membership_id: ownership.id, rights: ['*'], ends_at: '2026-01-01T00:00:00Z' }
        await assert.rejects(changeMembership(means, over, own), last)
        await makeMembership(means, { client_id: client.id, user_id: member.id })
        await deleteMembership(means, { membership_id: ownership.id }, own)
      })

      test('are hidden from other clients and brands', async () => {
        const { client, ownership } = await household()
        for (const actor of [foreign, elsewhere]) {
          await assert.rejects(listMemberships(means, { client_id: client.id }, actor), { status: 404 })
          await assert.rejects(deleteMembership(means, { membership_id: ownership.id }, actor), {
            status: 404,
          })
          const wanted = { membership_id: ownership.id, rights: ['*'] }
          await assert.rejects(changeMembership(means, wanted, actor), { status: 404 })
        }
      })
    })

    test('contacts get the topics chosen, until they are deleted', async () => {
      const { client } = await household()
      const own = clientActor(client.id)
      const details = { name: 'Books', email: 'books@example.org', topics: ['invoices'] }
      const { id } = await createContact(means, { client_id: client.id, ...details }, own)
      assert.equal((await contactsFor(db, client.id, 'invoices'))[0]?.email, 'books@example.org')
      assert.deepEqual(await contactsFor(db, client.id, 'support'), [])
      await changeContact(means, { contact_id: id, ...details, topics: ['support', 'services'] }, own)
      assert.deepEqual((await listContacts(means, { client_id: client.id }, own))[0]?.topics, [
        'support',
        'services',
      ])
      for (const actor of [foreign, elsewhere]) {
        await assert.rejects(changeContact(means, { contact_id: id, ...details }, actor), { status: 404 })
        await assert.rejects(deleteContact(means, { contact_id: id }, actor), { status: 404 })
        await assert.rejects(listContacts(means, { client_id: client.id }, actor), { status: 404 })
        await assert.rejects(createContact(means, { client_id: client.id, ...details }, actor), {
          status: 404,
        })
      }
      await assert.rejects(createContact(means, { client_id: client.id, ...details, topics: [] }, own), {
        code: 'input.invalid',
      })
      await deleteContact(means, { contact_id: id }, own)
      assert.deepEqual(await listContacts(means, { client_id: client.id }, own), [])
    })

    test('notes are for staff alone, pinned ones first', async () => {
      const { client } = await household()
      const make = (body: string, pinned = false) =>
        createNote(means, { client_id: client.id, body, pinned }, staff)
      const pinned = await make('VIP', true)
      const plain = await make('called')
      await changeNote(means, { note_id: plain.id, body: 'called twice' }, staff)
      const listed = await listNotes(means, { client_id: client.id }, staff)
      assert.deepEqual(
        listed.map((note) => [note.body, note.pinned, note.author_name]),
        [
          ['VIP', 1, 'Staff'],
          ['called twice', 0, 'Staff'],
        ],
      )
      await assert.rejects(listNotes(means, { client_id: client.id }, clientActor(client.id)), {
        status: 403,
      })
      await assert.rejects(changeNote(means, { note_id: plain.id, pinned: true }, elsewhere), { status: 404 })
      await assert.rejects(deleteNote(means, { note_id: plain.id }, elsewhere), { status: 404 })
      await deleteNote(means, { note_id: pinned.id }, staff)
      assert.equal((await listNotes(means, { client_id: client.id }, staff)).length, 1)
    })
  })
}
