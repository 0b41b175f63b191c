import {
  adoptDelivery,
  giveUpDelivery,
  markDelivered,
  retryDelivery,
  undoDelivery,
} from '../../services/index.ts'
import { moneyText, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { abandonPage, deliveryList, deliveryPage } from './views/deliveries.ts'

export const deliveries: Section = {
  pages: [
    { path: '/deliveries', permission: 'delivery.list', draw: deliveryList },
    { path: '/deliveries/:id', permission: 'delivery.read', draw: deliveryPage },
    { path: '/deliveries/:id/abandon', permission: 'delivery.abandon', draw: abandonPage },
  ],
  acts: [
    { path: '/deliveries/:id/retry', permission: 'delivery.retry', again: deliveryPage, act: retry },
    { path: '/deliveries/:id/undo', permission: 'delivery.undo', again: deliveryPage, act: undo },
    {
      path: '/deliveries/:id/mark-done',
      permission: 'delivery.mark_done',
      again: deliveryPage,
      act: markDone,
    },
    { path: '/deliveries/:id/adopt', permission: 'delivery.adopt', again: deliveryPage, act: adopt },
    { path: '/deliveries/:id/abandon', permission: 'delivery.abandon', again: abandonPage, act: abandon },
  ],
}

const done = ({ t }: Desk, { params }: Asked, what: string) => ({
  href: `/admin/deliveries/${params.id!}`,
  message: t(`admin.deliveries.was.${what}`),
})

async function retry(desk: Desk, asked: Asked) {
  await retryDelivery(desk.means, { delivery_id: asked.params.id }, desk.actor)
  return done(desk, asked, 'retried')
}

async function undo(desk: Desk, asked: Asked) {
  await undoDelivery(desk.means, { delivery_id: asked.params.id }, desk.actor)
  return done(desk, asked, 'undone')
}

async function markDone(desk: Desk, asked: Asked) {
  await markDelivered(desk.means, { delivery_id: asked.params.id }, desk.actor)
  return done(desk, asked, 'marked')
}

async function adopt(desk: Desk, asked: Asked) {
  const input = { delivery_id: asked.params.id, remote_id: textOf(asked.form, 'remote_id') }
  await adoptDelivery(desk.means, input, desk.actor)
  return done(desk, asked, 'adopted')
}

async function abandon(desk: Desk, asked: Asked) {
  const { form } = asked
  const refund = textOf(form, 'refund')
  const input = {
    delivery_id: asked.params.id,
    ...(refund ? { refund } : {}),
    reason: textOf(form, 'reason'),
  }
  const back = await giveUpDelivery(desk.means, input, desk.actor)
  if (!back) return done(desk, asked, 'abandoned')
  const sent = moneyText(desk, back.sentMinor, back.currency)
  const credit = moneyText(desk, back.creditMinor, back.currency)
  return {
    ...done(desk, asked, 'abandoned'),
    message: desk.t('admin.deliveries.was.refunded', { sent, credit }),
  }
}
