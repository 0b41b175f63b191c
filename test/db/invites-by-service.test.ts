import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { migrate, sql, violatedUnique, type Db } from '../../core/db/index.ts'
import { migrations } from '../../migrations/index.ts'
import { engines } from '../support/databases.ts'
import { makeClient } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { emptyDatabase } from './filled.ts'

const AT = '2026-05-24T06:00:00.000Z'
const isTaken = (error: unknown) => violatedUnique(error) !== null

for (const engine of engines)
  describe(`invitations of before they were one a service (${engine})`, () => {
    let db: Db
    let remove: () => Promise<void>
    before(async () => {
      ;({ db, remove } = await emptyDatabase(engine))
      const older = migrations.findIndex((one) => one.name === '0064_invites_by_service')
      await migrate(db, migrations.slice(0, older), AT)
    })
    after(() => remove())

    test('stay as they were, and their client may invite the address to a service besides', async () => {
      const means = testMeans(db, { now: AT })
      const client = await makeClient(means)
      const row = {
        ...{ id: 'mei_1', client_id: client.id, email: 'In@quay.example', email_key: 'in@quay.example' },
        ...{ rights: '["*.read"]', service_id: null, ends_at: AT, token_hash: 'one', expires_at: AT },
        ...{ invited_by: 'usr_1', invited_by_name: 'Ada Quay', created_at: AT },
      }
      await db.insert('membership_invites', [row])
      const besides = { ...row, id: 'mei_2', service_id: 'svc_1', token_hash: 'two' }
      await assert.rejects(db.insert('membership_invites', [besides]), isTaken)
      await migrate(db, migrations, AT)
      const kept = () => db.all(sql`select * from membership_invites order by id`)
      assert.deepEqual(await kept(), [row])
      await db.insert('membership_invites', [besides])
      for (const twice of [row, besides]) {
        const again = { ...twice, id: 'mei_3', token_hash: 'three' }
        await assert.rejects(db.insert('membership_invites', [again]), isTaken)
      }
      assert.deepEqual(await kept(), [row, besides])
    })
  })
