import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Router } from '@koa/router'
import { dispatch } from '../../core/http/chain/dispatch.ts'
import type { State } from '../../core/http/context.ts'

/** What a request meets: the route's own path and its parameters, or null when it goes on. */
async function ask(paths: readonly string[], method: string, path: string) {
  const router = new Router<State>()
  let met: unknown = null
  for (const route of paths)
    router.get(route, (ctx) => void (met = { route, params: { ...ctx.params } as Record<string, string> }))
  const ctx = { method, path } as never
  await dispatch(router)(ctx, () => Promise.resolve())
  return met
}

const paths = [
  '/',
  '/portal/invoices',
  '/portal/invoices/:invoiceId',
  '/portal/invoices/:invoiceId.pdf',
  '/portal/invoices/upcoming',
  '/portal/invoices/:invoiceId/pay',
  '/admin/:section/new',
  '/admin/clients/:id',
]

test('finds the route of a path, with its parameters', async () => {
  assert.deepEqual(await ask(paths, 'GET', '/'), { route: '/', params: {} })
  assert.deepEqual(await ask(paths, 'GET', '/portal/invoices'), { route: '/portal/invoices', params: {} })
  assert.deepEqual(await ask(paths, 'GET', '/portal/invoices/'), { route: '/portal/invoices', params: {} })
  assert.deepEqual(await ask(paths, 'GET', '/portal/invoices/inv_1/pay'), {
    route: '/portal/invoices/:invoiceId/pay',
    params: { invoiceId: 'inv_1' },
  })
})

test('prefers words to parameters, and an ending to none', async () => {
  assert.deepEqual(await ask(paths, 'GET', '/portal/invoices/upcoming'), {
    route: '/portal/invoices/upcoming',
    params: {},
  })
  assert.deepEqual(await ask(paths, 'GET', '/portal/invoices/inv_1.pdf'), {
    route: '/portal/invoices/:invoiceId.pdf',
    params: { invoiceId: 'inv_1' },
  })
})

test('goes back when words lead nowhere', async () => {
  assert.deepEqual(await ask(paths, 'GET', '/admin/clients/new'), {
    route: '/admin/clients/:id',
    params: { id: 'new' },
  })
  assert.deepEqual(await ask(paths, 'GET', '/admin/coupons/new'), {
    route: '/admin/:section/new',
    params: { section: 'coupons' },
  })
  const more = [...paths, '/admin/clients/:id/edit', '/admin/:section/:id/history']
  assert.deepEqual(await ask(more, 'GET', '/admin/clients/c/history'), {
    route: '/admin/:section/:id/history',
    params: { section: 'clients', id: 'c' },
  })
})

test('decodes parameters, and leaves what cannot be decoded', async () => {
  const params = async (path: string) =>
    ((await ask(paths, 'GET', path)) as { params: Record<string, string> }).params
  assert.deepEqual(await params('/portal/invoices/a%20b%2Fc'), { invoiceId: 'a b/c' })
  assert.deepEqual(await params('/portal/invoices/%E0%A4%A'), { invoiceId: '%E0%A4%A' })
})

test('lets everything else go on', async () => {
  for (const path of [
    '/nothing',
    '/portal',
    '/portal/invoices/a/b',
    '/portal//invoices',
    '/portal/invoices/.pdf/pay/x',
  ])
    assert.equal(await ask(paths, 'GET', path), null)
  assert.equal(await ask(paths, 'POST', '/portal/invoices'), null)
  assert.deepEqual(await ask(paths, 'HEAD', '/portal/invoices'), { route: '/portal/invoices', params: {} })
})

test('refuses patterns that it does not know when they are put down', () => {
  for (const path of ['/a/*rest', '/a{/:b}', '/a/x:b', '/a/:b-:c']) {
    const router = new Router<State>()
    router.get(path, () => undefined)
    assert.throws(() => dispatch(router), /Routes know no/, path)
  }
})
