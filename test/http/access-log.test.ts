import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutToken } from '../../core/http/chain/access-log.ts'
import { pageCases } from './routes/cases/index.ts'

test('a link that opens something for whoever has it stands in no log', () => {
  const cases = {
    '/verify-email/abc': '/verify-email/(token)',
    '/admin/reset/abc': '/admin/reset/(token)',
    '/reset/abc': '/reset/(token)',
    '/pay/abc/invoice.pdf': '/pay/(token)',
    '/cart/left/abc': '/cart/left/(token)',
    '/cart/mails/abc': '/cart/mails/(token)',
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
