import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { setPrice } from '../../core/catalog/index.ts'
import { acceptInvitation, inviteMember, type Client } from '../../core/clients/index.ts'
import { sql } from '../../core/db/index.ts'
import { guestActor, type Actor, type BerthError } from '../../core/kernel/index.ts'
import {
  acceptTransfer,
  declineTransfer,
  expireTransfers,
  moveService,
  offeredTo,
  offerTransfer,
  readOffer,
  showService,
  withdrawTransfer,
  type ServiceRow,
  type TransferRow,
} from '../../core/services/index.ts'
import { makeServices } from '../billing/make-services.ts'
import { makeBuyer } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeClient, makeUser, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

const staff = staffActor()

for (const engine of engines) {
  describe(`a service that is offered to another client (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = { ...testMeans(db), changes: changePorts }
    let service: ServiceRow
    let giver: Actor
    let receiver: Actor
    let receiverId: string
    let email: string
    let realmId: string

    beforeEach(async () => {
      means.business.set('2026-01-15T06:00:00.000Z')
      means.jobs.entered.length = 0
      await db.run(sql`update service_transfers set status = 'withdrawn' where status = 'offered'`)
      const { brand } = await makeBuyer(means)
      await makeServices(means, brand, { clients: 1, perClient: 1, nextPeriodOn: '2026-01-20' })
      service = (await db.get<ServiceRow>(sql`select * from services where brand_id = ${brand.id}`))!
      await setPrice(means, price(), staff)
      giver = clientActor(service.client_id)
      const user = await makeUser(means, { realm_id: brand.realm_id })
      email = user.email
      realmId = brand.realm_id
      receiverId = (await makeClient(means, { brand_id: brand.id })).id
      receiver = { ...clientActor(receiverId, { id: user.id }), sessionId: 'ses_1' }
    })

    const offer = (more: object = {}, actor = giver) =>
      offerTransfer(means, { service_id: service.id, email, ...more }, actor)
    const price = () => ({ owner_id: service.product_id, cycle: '1m', currency: 'EUR', amount: '5.99' })
    /** As it is shown to the receiver at this moment. */
    const shown = async ({ id }: { id: string }) => {
      const client = (await db.get<Client>(sql`select * from clients where id = ${receiverId}`))!
      return readOffer(means, { transferId: id, receiver: client }, receiver).catch(() => null)
    }
    const accept = async (made: { id: string }, actor = receiver, client_id = receiverId) => {
      const seen = (await shown(made))?.seen ?? ''
      return acceptTransfer(means, { transfer_id: made.id, client_id, seen }, actor)
    }
    const status = async ({ id }: { id: string }) =>
      (await db.get<TransferRow>(sql`select * from service_transfers where id = ${id}`))!.status
    const owner = async () =>
      (await db.get<ServiceRow>(sql`select client_id from services where id = ${service.id}`))!.client_id
    const code = (wanted: string) => (error: unknown) => (error as BerthError).code === wanted
    const mails = () =>
      (means.jobs.of('mail.send') as { template: string; to: string }[]).map((job) => [job.template, job.to])

    test('is theirs once they accept it, and both hear of it', async () => {
      const made = await offer({ email: email.toUpperCase() })
      assert.equal(made.expires_at, '2026-01-29T06:00:00.000Z')
      const found = await offeredTo(db, receiver, means.business.now())
      assert.deepEqual(
        found.map(({ id }) => id),
        [made.id],
      )
      const done = await accept(made)
      assert.deepEqual([done.status, await owner()], ['done', receiverId])
      const clients = await db.all<{ id: string; email: string }>(
        sql`select id, email from clients where id in (${service.client_id}, ${receiverId})`,
      )
      const of = (id: string) => clients.find((row) => row.id === id)!.email
      assert.deepEqual(mails(), [
        ['service-offered', email.toUpperCase()],
        ['service-passed-on', of(service.client_id)],
        ['service-received', of(receiverId)],
      ])
      assert.deepEqual(await offeredTo(db, receiver, means.business.now()), [])
      const events = await db.all<{ type: string }>(
        sql`select type from events where subject = ${made.id} order by id`,
      )
      assert.deepEqual(
        events.map(({ type }) => type),
        ['service_transfer.offered', 'service_transfer.accepted', 'service_transfer.done'],
      )
    })

    test('is out of reach for its giver afterwards, and within that of its receiver', async () => {
      await accept(await offer())
      await assert.rejects(showService(means, { service_id: service.id }, giver), code('record.not_found'))
      const shown = await showService(means, { service_id: service.id }, receiver)
      assert.equal(shown.clientName, 'Ada Quay')
    })

    test('works once, of two answers at once for one', async () => {
      const made = await offer()
      const both = await Promise.allSettled([accept(made), accept(made)])
      assert.deepEqual(both.map(({ status: state }) => state).toSorted(), ['fulfilled', 'rejected'])
      await assert.rejects(accept(made), code('service_transfer.over'))
    })

    test('is nothing to whoever has the link without the address', async () => {
      const made = await offer()
      const other = await makeUser(means)
      const stranger = { ...receiver, id: other.id }
      await assert.rejects(accept(made, stranger), code('record.not_found'))
      const { sessionId: _session, ...key } = receiver
      await assert.rejects(accept(made, key), code('record.not_found'))
      await db.run(sql`update users set email_verified_at = null where id = ${receiver.id}`)
      await assert.rejects(accept(made), code('record.not_found'))
      assert.deepEqual(await offeredTo(db, receiver, means.business.now()), [])
      assert.equal(await owner(), service.client_id)
    })

    test('is taken over for a client of one’s own alone, with the right to it', async () => {
      const made = await offer()
      await assert.rejects(accept(made, receiver, service.client_id), code('record.not_found'))
      const weak = { ...receiver, grants: [{ ...receiver.grants[0]!, rights: ['service.*'] }] }
      await assert.rejects(accept(made, weak), code('actor.forbidden'))
    })

    test('asks for the right to hand over, on the client or on the service', async () => {
      const { client_id } = service
      await assert.rejects(
        offer({}, clientActor(client_id, { rights: ['service.*'] })),
        code('actor.forbidden'),
      )
      await assert.rejects(offer({}, clientActor('cli_other')), code('record.not_found'))
      const rights = ['service_transfer.*']
      const made = await offer({}, clientActor(client_id, { rights, serviceId: service.id }))
      assert.equal(made.status, 'offered')
    })

    test('is offered to one at a time', async () => {
      await offer()
      await assert.rejects(offer({ email: 'b@example.com' }), code('service_transfer.offered_already'))
    })

    test('that is declined or withdrawn stays with its giver', async () => {
      const first = await offer()
      await assert.rejects(
        declineTransfer(means, { transfer_id: first.id }, clientActor(receiverId)),
        code('record.not_found'),
      )
      await declineTransfer(means, { transfer_id: first.id }, receiver)
      assert.deepEqual([await status(first), mails().at(-1)![0]], ['declined', 'service-declined'])
      const second = await offer()
      await assert.rejects(
        withdrawTransfer(means, { transfer_id: second.id }, receiver),
        code('record.not_found'),
      )
      await withdrawTransfer(means, { transfer_id: second.id }, giver)
      assert.equal(await status(second), 'withdrawn')
      await assert.rejects(accept(second), code('service_transfer.over'))
      assert.equal(await owner(), service.client_id)
    })

    test('stands for fourteen days', async () => {
      const made = await offer()
      means.business.set('2026-01-29T05:59:00.000Z')
      assert.equal(await expireTransfers(means), 0)
      means.business.set('2026-01-29T06:00:00.000Z')
      await assert.rejects(accept(made), code('service_transfer.over'))
      assert.equal(await expireTransfers(means), 1)
      assert.equal(await status(made), 'expired')
    })

    test('is checked again when it is accepted', async () => {
      const made = await offer()
      await db.run(sql`update services set paused_on = '2026-01-16' where id = ${service.id}`)
      await assert.rejects(accept(made), code('service_transfer.blocked'))
      assert.equal(await status(made), 'offered')
    })

    test('is agreed to as it was shown: another plan, price or day is shown first', async () => {
      const made = await offer()
      const take = (seen: string) =>
        acceptTransfer(means, { transfer_id: made.id, client_id: receiverId, seen }, receiver)
      const first = (await shown(made))!
      const changes = [
        () => db.run(sql`update services set next_period_on = '2026-02-19' where id = ${service.id}`),
        () => db.run(sql`update services set quantity = quantity + 1 where id = ${service.id}`),
        () => setPrice(means, { ...price(), amount: '6.99' }, staff),
      ]
      for (const change of changes) {
        const { seen } = (await shown(made))!
        await change()
        await assert.rejects(take(seen), code('service_transfer.changed'))
      }
      await assert.rejects(take(first.seen), code('service_transfer.changed'))
      assert.equal(await owner(), service.client_id)
      await take((await shown(made))!.seen)
      assert.equal(await owner(), receiverId)
    })

    test('goes to whom staff say, and the offer is withdrawn', async () => {
      const made = await offer()
      const input = { service_id: service.id, to_client_id: receiverId, reason: 'By phone' }
      await moveService(means, input, staff)
      assert.deepEqual([await status(made), await owner()], ['withdrawn', receiverId])
      const [audited] = await db.all<{ reason: string }>(
        sql`select reason from audit where action = 'service_transfer.accept' and client_id = ${service.client_id}`,
      )
      assert.equal(audited!.reason, 'By phone')
    })

    test('leaves no password to its receiver, and no offer to stay of its giver', async () => {
      const at = means.business.now()
      const access = { service_id: service.id, shown_at: null, updated_at: at }
      await db.insert('service_access', [
        { ...access, position: 0, label: 'Address', kind: 'text', value: 'web-1', sealed: null },
        { ...access, position: 1, label: 'Password', kind: 'secret', value: null, sealed: 'sealed' },
      ])
      await accept(await offer())
      const left = await db.all<{ label: string }>(
        sql`select label from service_access where service_id = ${service.id}`,
      )
      assert.deepEqual(left, [{ label: 'Address' }])
    })

    const invite = async () => {
      const wanted = { client_id: service.client_id, email: 'friend@quay.example', rights: ['service.*'] }
      await inviteMember(means, { ...wanted, service_id: service.id }, giver)
      const { data } = means.jobs.of('mail.send').at(-1) as { data: { path: string } }
      return data.path.split('/').at(-1)!
    }
    const follow = async (token: string) =>
      acceptInvitation(
        means,
        { realm_id: realmId, token, agent: '', name: 'Friend', password: 'cobalt-heron-meadow-7' },
        guestActor('', { address: '198.51.100.7' }),
      )

    test('leaves no way in to whom its giver invited', async () => {
      const token = await invite()
      await accept(await offer())
      assert.deepEqual(
        await db.all(sql`select id from membership_invites where service_id = ${service.id}`),
        [],
      )
      await assert.rejects(follow(token), code('link.invalid'))
    })

    test('is asked for again when an invitation to it is accepted', async () => {
      const token = await invite()
      await db.run(sql`update services set client_id = ${receiverId} where id = ${service.id}`)
      await assert.rejects(follow(token), code('link.invalid'))
      await db.run(sql`update services set client_id = ${service.client_id} where id = ${service.id}`)
      assert.equal((await follow(token)).client_id, service.client_id)
    })

    test('is out of reach for a right on it that another client gave', async () => {
      const friend = clientActor(service.client_id, { serviceId: service.id })
      await showService(means, { service_id: service.id }, friend)
      await db.run(sql`update services set client_id = ${receiverId} where id = ${service.id}`)
      await assert.rejects(showService(means, { service_id: service.id }, friend), { status: 404 })
    })
  })
}
