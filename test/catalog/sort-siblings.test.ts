import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { createGroup, listGroups, moveGroup, moveProduct, retireGroup } from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeGameServer, makeGroup } from './make-product.ts'

const staff = staffActor()

for (const engine of engines)
  describe(`the order of groups and products (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)

    it('moves a group among its siblings alone, also where several share a position', async () => {
      const { brand, groupId } = await makeGroup(means)
      const below = (name: string) =>
        createGroup(means, { brand_id: brand.id, parent_id: groupId, slug: name, name }, staff)
      const [a, b, c] = [await below('a'), await below('b'), await below('c')]
      const order = async () => {
        const [top] = await listGroups(db, brand.id)
        return top!.groups.map(({ name }) => name).join('')
      }
      assert.equal(await moveGroup(means, { id: a, to: 'up' }, staff), false)
      assert.equal(await moveGroup(means, { id: c, to: 'up' }, staff), true)
      assert.equal(await order(), 'acb')
      assert.equal(await moveGroup(means, { id: a, to: 'down' }, staff), true)
      assert.equal(await order(), 'cab')
      assert.equal(await moveGroup(means, { id: b, to: 'down' }, staff), false)
      await retireGroup(means, { id: a }, staff)
      assert.equal(await moveGroup(means, { id: b, to: 'up' }, staff), true)
      assert.equal(await order(), 'bc')
      const elsewhere = { ...staff, brandIds: ['brd_x'] }
      await assert.rejects(moveGroup(means, { id: b, to: 'up' }, elsewhere), { code: 'record.not_found' })
    })

    it('moves a product within its group, and writes nothing of those whose place stays', async () => {
      const { brand, groupId } = await makeGroup(means)
      const first = await makeGameServer(means, groupId)
      const second = await makeGameServer(means, groupId, { slug: 'rust' })
      const slugs = async () =>
        (
          await db.all<{ id: string; version: number }>(
            sql`select id, version from products where brand_id = ${brand.id} order by position, name`,
          )
        ).map(({ id }) => id)
      assert.equal(await moveProduct(means, { id: second.productId, to: 'up' }, staff), true)
      assert.deepEqual(await slugs(), [second.productId, first.productId])
      assert.equal(await moveProduct(means, { id: second.productId, to: 'up' }, staff), false)
      const outsider = staffActor(['group.change'])
      await assert.rejects(moveProduct(means, { id: first.productId, to: 'up' }, outsider), {
        code: 'actor.forbidden',
      })
    })
  })
