import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { withoutToken } from '../../core/http/chain/access-log.ts'
import type { Log } from '../../core/log/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeBrand } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { startWeb } from '../support/web.ts'
import { pageCases } from './routes/cases/index.ts'

test('a link that opens something for whoever has it stands in no log', () => {
  const cases = {
    '/verify-email/abc': '/verify-email/(token)',
    '/admin/reset/abc': '/admin/reset/(token)',
    '/reset/abc': '/reset/(token)',
    '/pay/abc/invoice.pdf': '/pay/(token)',
    '/cart/left/abc': '/cart/left/(token)',
    '/cart/mails/abc': '/cart/mails/(token)',
    '/invitation/abc': '/invitation/(token)',
    '/cart': '/cart',
    '/portal/invoices/inv_1': '/portal/invoices/inv_1',
  }
  for (const [path, logged] of Object.entries(cases)) assert.equal(withoutToken(path), logged)
})

test('no page whose address holds a token is forgotten', () => {
  const routes = pageCases.map(({ route }) => route).filter((route) => route.includes(':token'))
  assert.ok(routes.length > 5)
  for (const route of routes) assert.doesNotMatch(withoutToken(route.replace(':token', 's3cret')), /s3cret/)
})

for (const engine of engines)
  describe(`the line of a request on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const means = testMeans(db)
    const lines: { facts: Record<string, unknown>; text: string }[] = []
    const keep = (facts: object, text: string) => void lines.push({ facts: facts as never, text })
    const log: Log = { debug: keep, info: keep, warn: keep, error: keep, child: () => log }
    await makeBrand(means)
    const web = await startWeb(means, { log })
    after(async () => {
      await web.close()
      await remove()
    })

    test('bears the id that the answer bears, and neither query nor token', async () => {
      const answer = await fetch(`${web.address}/pay/s3cret?code=s3cret`, { redirect: 'manual' })
      await answer.text()
      const line = lines.find(({ text, facts }) => text === 'request' && facts['path'] === '/pay/(token)')
      assert.ok(line)
      assert.equal(line.facts['request'], answer.headers.get('x-request-id'))
      assert.deepEqual([line.facts['method'], line.facts['status']], ['GET', answer.status])
      assert.doesNotMatch(JSON.stringify(lines), /s3cret/)
    })

    test('one that was given from outside is not believed', async () => {
      const answer = await fetch(web.address, { headers: { 'X-Request-Id': 'forged\tline' } })
      await answer.text()
      assert.notEqual(answer.headers.get('x-request-id'), 'forged\tline')
    })
  })
