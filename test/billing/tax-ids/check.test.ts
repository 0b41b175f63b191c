import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { addTaxPreset } from '../../../core/brands/index.ts'
import {
  careForTax,
  checkTaxId,
  confirmTaxId,
  listTaxIds,
  taxIdConsumer,
  type TaxIdAnswer,
} from '../../../core/billing/index.ts'
import { changeClient } from '../../../core/clients/index.ts'
import { sql } from '../../../core/db/index.ts'
import { deliverEvents } from '../../../core/events/index.ts'
import { engines, makeDatabase } from '../../support/databases.ts'
import { makeBrand, makeClient, makeSeller, makeStaff, staffActor } from '../../support/make.ts'
import { testMeans } from '../../support/means.ts'
import { draft, issue } from '../support.ts'

const texts = {
  reverse_charge: { en: 'Reverse charge' },
  abroad: { en: 'Abroad' },
  india_export: { en: 'LUT' },
}

for (const engine of engines) {
  describe(`tax ids on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const plain = testMeans(db, { now: '2026-01-15T10:00:00.000Z' })
    const staff = staffActor()
    const asked: object[] = []
    let next: Omit<TaxIdAnswer, 'source'> | Error = { outcome: 'valid' }
    const means = {
      ...plain,
      plugins: {
        call: <T>(_instance: string, kind: string, operation: string, input: object): Promise<T> => {
          asked.push({ kind, operation, ...input })
          return next instanceof Error ? Promise.reject(next) : Promise.resolve(next as T)
        },
      },
    }
    const { id: seller_id } = await makeSeller(means)
    const brand = await makeBrand(means, { seller_id })
    await addTaxPreset(
      means,
      { seller_id, preset: 'eu', starts_on: '2020-01-01', oss: true, notes: texts },
      staff,
    )
    const buyer = () =>
      makeClient(means, { brand_id: brand.id, country: 'FR', tax_id: 'FR 11 123456782', company: 'SARL' })
    const register = async () => {
      const now = means.business.now()
      const manifest = JSON.stringify({ name: 'Register', kinds: { tax: ['validate_tax_id'] } })
      const times = { version: '1.0.0', installed_at: now, updated_at: now }
      await db.insert('plugins', [
        { id: 'register', bundle_sha256: '', granted: '{}', status: 'enabled', manifest, ...times },
      ])
      const facts = { plugin_id: 'register', brand_id: null, name: 'R', settings: '{}', status: 'active' }
      await db.insert('plugin_instances', [
        { id: means.newId('plg'), ...facts, position: 0, version: 1, created_at: now, updated_at: now },
      ])
    }
    const taxOf = async (client: Awaited<ReturnType<typeof buyer>>) =>
      (await issue(means, draft(client, { amounts: [10_000n] }))).tax_minor
    const standing = async (client_id: string) => (await listTaxIds(means, { client_id }, staff))[0]!.standing

    test('without a register nothing is asked, and tax is due', async () => {
      const client = await buyer()
      const answer = await checkTaxId(means, { client_id: client.id }, staff)
      assert.deepEqual(answer, { outcome: 'unknown', source: 'form', reason: 'no_register' })
      assert.equal(await taxOf(client), 2_000n)
      await register()
    })

    test('a number of the wrong form is refused without a question', async () => {
      const client = await makeClient(means, { brand_id: brand.id, country: 'FR', tax_id: 'FR12123456782' })
      const answer = await checkTaxId(means, { client_id: client.id }, staff)
      assert.deepEqual(answer, { outcome: 'invalid', source: 'form', reason: 'check_digit' })
      assert.equal(asked.length, 0)
    })

    test('valid: reverse charge, with the proof kept; then the register falls silent', async () => {
      const client = await buyer()
      next = { outcome: 'valid', name: 'SARL QUAI', reference: 'WAPI1' }
      await checkTaxId(means, { client_id: client.id }, staff)
      assert.deepEqual(asked.at(-1), {
        ...{ kind: 'tax', operation: 'validate_tax_id', country: 'FR', tax_id: 'FR11123456782' },
      })
      assert.equal(await taxOf(client), 0n)
      const kept = await db.get<{ reference: string; name: string }>(
        sql`select reference, name from tax_id_checks where client_id = ${client.id}`,
      )
      assert.deepEqual(kept, { reference: 'WAPI1', name: 'SARL QUAI' })

      // 30 days later the answer is old: it is asked for again each day, and what was known counts on.
      means.business.set('2026-02-20T10:00:00.000Z')
      next = new Error('no answer')
      assert.equal((await careForTax(means)).asked, 1)
      assert.equal((await careForTax(means)).asked, 1)
      assert.equal(await taxOf(client), 0n)
      assert.equal(await standing(client.id), 'valid')

      // 14 days before the 90th staff hear of it, once.
      await makeStaff(means)
      await makeStaff(means, { permissions: ['invoice.*'] })
      means.business.set('2026-04-05T10:00:00.000Z')
      assert.equal((await careForTax(means)).told, 1)
      assert.equal((await careForTax(means)).told, 0)
      const mails = means.jobs.of('mail.send') as { template: string; data: object }[]
      assert.deepEqual(
        mails.map(({ template }) => template),
        ['tax-id-lapses'],
      )
      assert.equal(await standing(client.id), 'lapsing')

      means.business.set('2026-04-16T10:00:00.000Z')
      assert.equal(await taxOf(client), 2_000n)
      assert.equal(await standing(client.id), 'lapsed')
      await confirmTaxId(means, { client_id: client.id, valid: true, reason: 'Asked by phone' }, staff)
      assert.equal(await taxOf(client), 0n)
    })

    test('an id that is not valid any more costs the business its standing', async () => {
      const client = await buyer()
      next = { outcome: 'valid' }
      await checkTaxId(means, { client_id: client.id }, staff)
      next = { outcome: 'invalid', reason: 'Gone' }
      await checkTaxId(means, { client_id: client.id }, staff)
      assert.equal(await taxOf(client), 2_000n)
      assert.equal(await standing(client.id), 'invalid')
    })

    test('a changed id or country is asked about, other changes are not', async () => {
      const client = await buyer()
      const jobs = async (profile: object) => {
        const before = means.jobs.of('billing.check_tax_id').length
        await changeClient(means, { client_id: client.id, profile }, staff)
        const event = await db.get<{ id: string }>(
          sql`select id from events where subject = ${client.id} order by id desc limit 1`,
        )
        await deliverEvents(means, [taxIdConsumer(means)], [event!.id])
        return means.jobs.of('billing.check_tax_id').length - before
      }
      assert.equal(await jobs({ city: 'Lyon' }), 0)
      assert.equal(await jobs({ tax_id: 'FR99123456782' }), 1)
    })
  })
}
