import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { brandOfHost, findSeller, setUpInstallation } from '../../core/brands/index.ts'
import { sql, type Db } from '../../core/db/index.ts'
import { actorOfSession, firstRun, listRoles, signIn } from '../../core/identity/index.ts'
import { guestActor, systemActor } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { PASSWORD, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

const wanted = {
  owner: { name: 'Olga Pier', email: 'olga@provider.example', password: PASSWORD },
  seller: {
    name: 'Pier Hosting GmbH',
    address: { lines: ['Pier 1'], postcode: '20457', city: 'Hamburg' },
    country: 'DE',
    email: 'billing@provider.example',
  },
  brand: {
    name: 'Pier Höst',
    hosts: ['shop.provider.example'],
    currency: 'EUR',
    currencies: ['EUR'],
    locale: 'de',
    zone: 'Europe/Berlin',
    prices_include_tax: true,
    sender: 'Pier <hello@provider.example>',
  },
}

for (const engine of engines) {
  describe(`the first run on ${engine}`, async () => {
    const fresh = async () => {
      const { db, remove } = await makeDatabase(engine)
      after(remove)
      return testMeans(db)
    }
    const visitor = () => guestActor('', { address: '192.0.2.1' })
    const countOf = async (db: Db) =>
      (await db.get<{ staff: number }>(sql`select count(*) as staff from staff`))!.staff

    test('opens with the printed token, once', async () => {
      const means = await fresh()
      const { token } = (await firstRun(means, 'real'))!
      const made = await setUpInstallation(means, { ...wanted, token }, visitor())
      const brand = await brandOfHost(means.db, 'shop.provider.example')
      assert.deepEqual(
        [brand?.id, brand?.slug, brand?.realm_id, brand?.prices_include_tax],
        [made.brand_id, 'pier-ho-st', made.realm_id, 1],
      )
      assert.equal((await findSeller(means.db, made.seller_id)).name, 'Pier Hosting GmbH')
      assert.deepEqual(
        (await listRoles(means, {}, staffActor())).map((role) => [role.name, role.staff]),
        [
          ['Billing', 0],
          ['Owner', 1],
          ['Read only', 0],
          ['Support', 0],
        ],
      )
      await assert.rejects(setUpInstallation(means, { ...wanted, token }, visitor()), {
        code: 'installation.already_set_up',
      })
      assert.equal(await firstRun(means, 'real'), null)
      assert.equal(await countOf(means.db), 1)
    })

    test('makes an owner who signs in with all permissions', async () => {
      const means = await fresh()
      const made = await setUpInstallation(means, wanted, systemActor('init'))
      const realmId = made.staff_realm_id
      const { email, password } = wanted.owner
      const { token } = await signIn(means, { realm_id: realmId, email, password, agent: '' }, visitor())
      const signedIn = await actorOfSession(means, token, { realm: { id: realmId }, address: '' })
      assert.equal(signedIn?.actor.kind, 'staff')
      assert.equal(signedIn.actor.permissions[0], '*')
      assert.equal(signedIn.actor.brandIds, 'all')
    })

    test('stays shut without the token, with a wrong or an older one', async () => {
      const means = await fresh()
      const older = (await firstRun(means, 'real'))!.token
      const { token } = (await firstRun(means, 'real'))!
      const wrong = { code: 'installation.token_wrong', status: 403 }
      await assert.rejects(setUpInstallation(means, wanted, visitor()), wrong)
      await assert.rejects(setUpInstallation(means, { ...wanted, token: 'guessed' }, visitor()), wrong)
      await assert.rejects(setUpInstallation(means, { ...wanted, token: older }, visitor()), wrong)
      assert.equal(await countOf(means.db), 0)
      assert.ok(await setUpInstallation(means, { ...wanted, token }, visitor()))
    })

    test('leaves the token usable when something does not fit', async () => {
      const means = await fresh()
      const { token } = (await firstRun(means, 'real'))!
      const weak = { ...wanted, token, owner: { ...wanted.owner, password: 'Password2026' } }
      await assert.rejects(setUpInstallation(means, weak, visitor()), { status: 422 })
      const lost = { ...wanted, token, brand: { ...wanted.brand, zone: 'Moon/Base' } }
      await assert.rejects(setUpInstallation(means, lost, visitor()), { status: 422 })
      assert.equal(await countOf(means.db), 0)
      assert.ok(await setUpInstallation(means, { ...wanted, token }, visitor()))
    })

    test('lets one of two at once through', async () => {
      const means = await fresh()
      const { token } = (await firstRun(means, 'real'))!
      const both = [0, 1].map(() => setUpInstallation(means, { ...wanted, token }, visitor()))
      const outcomes = await Promise.allSettled(both)
      assert.deepEqual(outcomes.map((outcome) => outcome.status).sort(), ['fulfilled', 'rejected'])
      assert.equal(await countOf(means.db), 1)
    })
  })
}
