import { beside, of, on, reason, type Decisions, type Prepare } from './deciding.ts'

const product = (status: string): Prepare => on('products', { status }, { id: 'x' })
const named = (table: string, status: string): Prepare => on(table, { status }, { id: 'x' })
const user = (status: string): Prepare =>
  on('users', { status, realm_id: 'rlm_a' }, { user_id: 'x', ...reason })
const staff = (status: string): Prepare =>
  beside(
    'roles',
    { id: 'rol', permissions: '[]' },
    on('staff', { status, role_id: 'rol', brand_ids: null }, { staff_id: 'x', ...reason }),
  )
const server = (status: string, act: string): Prepare => on('servers', { status }, { server_id: 'x', act })
const request = of('plugin_requests', 'request')

/** Of the catalogue, of people who sign in, of servers and of mails. */
export const decisionsOnTheHouse: Decisions = {
  'product.publish': {
    'product.publish:check': beside('prices', { id: 'p', owner_id: 'x' }, product('draft')),
  },
  'product.hide': { 'product.hide:check': product('active') },
  'product.retire': { 'product.retire:check': product('active') },
  'bundle.retire': { 'bundle.retire:check': named('bundles', 'active') },
  'bundle.restore': { 'bundle.restore:check': named('bundles', 'retired') },
  'product_gift.retire': { 'product_gift.retire:check': named('product_gifts', 'active') },
  'product_gift.restore': { 'product_gift.restore:check': named('product_gifts', 'retired') },
  'coupon.create': {
    'coupon.create:check': () =>
      Promise.resolve({ input: { brand_id: 'brd_a', code: 'TEN', percent: '10' } }),
  },
  'coupon.retire': { 'coupon.retire:check': named('coupons', 'active') },
  'coupon.restore': { 'coupon.restore:check': named('coupons', 'retired') },
  'user.disable': { 'user.disable:check': user('active') },
  'user.enable': { 'user.enable:check': user('disabled') },
  'staff.disable': { 'staff.disable:check': staff('active') },
  'staff.enable': { 'staff.enable:check': staff('disabled') },
  'server.set_status': {
    'server.activate:check': server('maintenance', 'activate'),
    'server.maintain:check': server('active', 'maintain'),
    'server.disable:check': server('active', 'disable'),
  },
  'message.resend': { 'message.resend:check': named('messages', 'failed') },
  'plugin_request.approve': { 'plugin_request.approve:check': request('waiting', {}) },
  'plugin_request.refuse': { 'plugin_request.refuse:check': request('waiting') },
}
