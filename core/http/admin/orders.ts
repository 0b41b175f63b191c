import {
  acceptOrder,
  cancelOrder,
  clearFraud,
  holdOrder,
  markFraud,
  noteOrder,
  rejectOrder,
} from '../../orders/index.ts'
import { optional, textOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { orderDanger, orderList, orderPage } from './views/orders.ts'

const [holdPage, rejectPage, cancelPage, fraudPage, clearPage] = (
  ['hold', 'reject', 'cancel', 'mark_fraud', 'clear_fraud'] as const
).map(orderDanger)

export const orders: Section = {
  pages: [
    { path: '/orders', permission: 'order.list', draw: orderList },
    { path: '/orders/:id', permission: 'order.read', draw: orderPage, slot: 'admin.order.after' },
    { path: '/orders/:id/hold', permission: 'order.hold', draw: holdPage! },
    { path: '/orders/:id/reject', permission: 'order.reject', draw: rejectPage! },
    { path: '/orders/:id/cancel', permission: 'order.cancel', draw: cancelPage! },
    { path: '/orders/:id/mark-fraud', permission: 'order.mark_fraud', draw: fraudPage! },
    { path: '/orders/:id/clear-fraud', permission: 'order.clear_fraud', draw: clearPage! },
  ],
  acts: [
    { path: '/orders/:id/accept', permission: 'order.accept', again: orderPage, act: accept },
    { path: '/orders/:id/hold', permission: 'order.hold', again: holdPage!, act: hold },
    { path: '/orders/:id/reject', permission: 'order.reject', again: rejectPage!, act: drop('reject') },
    { path: '/orders/:id/cancel', permission: 'order.cancel', again: cancelPage!, act: drop('cancel') },
    {
      path: '/orders/:id/mark-fraud',
      permission: 'order.mark_fraud',
      again: fraudPage!,
      act: mark(markFraud, 'marked_fraud'),
    },
    {
      path: '/orders/:id/clear-fraud',
      permission: 'order.clear_fraud',
      again: clearPage!,
      act: mark(clearFraud, 'cleared_fraud'),
    },
    { path: '/orders/:id/note', permission: 'order.note', again: orderPage, act: note },
  ],
}

const done = ({ t }: Desk, { params }: Asked, what: string) => ({
  href: `/admin/orders/${params.id!}`,
  message: t(`admin.orders.was.${what}`),
})

async function accept(desk: Desk, asked: Asked) {
  await acceptOrder(desk.means, { order_id: asked.params.id }, desk.actor)
  return done(desk, asked, 'accepted')
}

async function hold(desk: Desk, asked: Asked) {
  await holdOrder(desk.means, { order_id: asked.params.id, reason: textOf(asked.form, 'reason') }, desk.actor)
  return done(desk, asked, 'held')
}

function drop(name: 'reject' | 'cancel') {
  return async (desk: Desk, asked: Asked) => {
    const { means, actor } = desk
    const { form } = asked
    const input = {
      order_id: asked.params.id,
      reason: textOf(form, 'reason'),
      refund: ticked(form, 'refund'),
    }
    await (name === 'reject' ? rejectOrder : cancelOrder)(means.orders, input, actor)
    return done(desk, asked, name === 'reject' ? 'rejected' : 'cancelled')
  }
}

function mark(verb: typeof markFraud, was: string) {
  return async (desk: Desk, asked: Asked) => {
    const input = { order_id: asked.params.id, reason: textOf(asked.form, 'reason') }
    await verb(desk.means.orders, input, desk.actor)
    return done(desk, asked, was)
  }
}

async function note(desk: Desk, asked: Asked) {
  await noteOrder(desk.means, { order_id: asked.params.id, note: optional(asked.form, 'note') }, desk.actor)
  return done(desk, asked, 'noted')
}
