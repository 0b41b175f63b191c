import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { inheritSetting, overrideSetting, useCreditAlways } from '../../core/billing/index.ts'
import { importCatalog } from '../../core/catalog/index.ts'
import { changeContact, createContact, deleteContact, groupClient } from '../../core/clients/index.ts'
import { sql } from '../../core/db/index.ts'
import { noHooks, type Hooks } from '../../core/records/index.ts'
import type { CheckQuestion } from '../../sdk/index.ts'
import { makeBuyer } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

for (const engine of engines)
  describe(`checks of what is known of clients, and of coupons (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const asked: CheckQuestion[] = []
    const hooks: Hooks = {
      ...noHooks,
      listens: () => true,
      check: (question) => {
        asked.push(question)
        return Promise.resolve({ allowed: true })
      },
    }
    const means = { ...testMeans(db), hooks }
    const staff = staffActor()
    const { brand, client } = await makeBuyer(means)
    beforeEach(() => void asked.splice(0))
    const said = () => asked.map(({ noun, transition, facts }) => [`${noun}.${transition}`, facts])

    test('a setting of one client is asked about, one of its brand is not, and nothing when nothing changes', async () => {
      const { key } = useCreditAlways
      const own = { key, scope: 'client', scope_id: client.id } as const
      await overrideSetting(means, { ...own, value: false }, staff)
      await overrideSetting(means, { key, scope: 'brand', scope_id: brand.id, value: true }, staff)
      await inheritSetting(means, own, staff)
      await inheritSetting(means, own, staff)
      const once = ['client.change_terms', { settings: [key] }]
      assert.deepEqual(said(), [once, once])
    })

    test('contacts and the group are part of the record, of whose values few are told', async () => {
      const details = { name: 'Bo', email: 'bo@quay.example', topics: ['invoices' as const] }
      const { id } = await createContact(means, { client_id: client.id, ...details }, staff)
      await changeContact(means, { contact_id: id, ...details }, staff)
      await deleteContact(means, { contact_id: id }, staff)
      await groupClient(means, { client_id: client.id, group_id: null }, staff)
      const facts = { kind: 'person', country: 'DE', currency: 'EUR', email_host: 'client.example' }
      const once = ['client.change', { changed: ['contacts'], ...facts }]
      assert.deepEqual(said(), [once, once, once])
    })

    test('the coupons of a file are asked about together, and only those that it makes', async () => {
      const file = (codes: readonly string[]) =>
        [
          'berth_catalog: 1',
          'groups: []',
          'coupons:',
          ...codes.map((code) => `  - { code: ${code}, percent: 10 }`),
        ].join('\n')
      const codes = Array.from({ length: 120 }, (_, n) => `C${n}`)
      await importCatalog(means, file(codes), staff, { brandId: brand.id })
      assert.deepEqual(
        new Set(asked.map(({ noun, transition }) => `${noun}.${transition}`)),
        new Set(['coupon.create']),
      )
      assert.deepEqual(
        asked.map(({ facts }) => facts.code),
        codes,
      )
      await importCatalog(means, file(['C0', 'NEW']), staff, { brandId: brand.id })
      assert.deepEqual(
        asked.slice(120).map(({ facts }) => facts.code),
        ['NEW'],
      )
      assert.equal((await db.all(sql`select id from coupons`)).length, 121)
    })
  })
