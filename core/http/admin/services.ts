import {
  cancelService,
  deliverService,
  editService,
  readServiceFile,
  releaseService,
  requestChange,
  spareService,
  suspendService,
  terminateService,
  undoCancellation,
} from '../../services/index.ts'
import { countOf, optional, textOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { changePage } from './views/service-change.ts'
import { serviceList } from './views/service-list.ts'
import { serviceDanger, servicePage } from './views/services.ts'

const [suspendPage, terminatePage, cancelPage] = (['suspend', 'terminate', 'cancel'] as const).map(
  serviceDanger,
)

export const services: Section = {
  files: [
    {
      path: '/services/:id/files/:field',
      permission: 'service.read',
      async send({ means, actor }, { params }) {
        const wanted = { serviceId: params.id!, fieldId: params.field! }
        const { file, bytes } = await readServiceFile(means, wanted, actor)
        return { name: file.file_name, type: file.media_type, body: bytes }
      },
    },
  ],
  pages: [
    { path: '/services', permission: 'service.list', draw: serviceList },
    { path: '/services/:id', permission: 'service.read', draw: servicePage, slot: 'admin.service.after' },
    { path: '/services/:id/suspend', permission: 'service.suspend', draw: suspendPage! },
    { path: '/services/:id/terminate', permission: 'service.terminate', draw: terminatePage! },
    { path: '/services/:id/cancel', permission: 'service.cancel', draw: cancelPage! },
    { path: '/services/:id/change', permission: 'service.change', draw: changePage },
  ],
  acts: [
    { path: '/services/:id/suspend', permission: 'service.suspend', again: suspendPage!, act: suspend },
    {
      path: '/services/:id/terminate',
      permission: 'service.terminate',
      again: terminatePage!,
      act: terminate,
    },
    { path: '/services/:id/cancel', permission: 'service.cancel', again: cancelPage!, act: cancel },
    { path: '/services/:id/keep', permission: 'service.undo_cancellation', again: servicePage, act: keep },
    { path: '/services/:id/release', permission: 'service.release', again: servicePage, act: release },
    { path: '/services/:id/deliver', permission: 'service.deliver', again: servicePage, act: deliver },
    { path: '/services/:id/edit', permission: 'service.edit', again: servicePage, act: edit },
    { path: '/services/:id/spare', permission: 'service.spare', again: servicePage, act: spare },
    { path: '/services/:id/change', permission: 'service.change', again: changePage, act: change },
  ],
}

const done = ({ t }: Desk, { params }: Asked, what: string) => ({
  href: `/admin/services/${params.id!}`,
  message: t(`admin.services.done.${what}`),
})

async function suspend(desk: Desk, asked: Asked) {
  const input = { service_id: asked.params.id, reason: 'staff', note: textOf(asked.form, 'reason') }
  await suspendService(desk.means, input, desk.actor)
  return done(desk, asked, 'suspended')
}

async function release(desk: Desk, asked: Asked) {
  await releaseService(desk.means, { service_id: asked.params.id }, desk.actor)
  return done(desk, asked, 'released')
}

async function terminate(desk: Desk, asked: Asked) {
  const input = { service_id: asked.params.id, reason: textOf(asked.form, 'reason') }
  await terminateService(desk.means, input, desk.actor)
  return done(desk, asked, 'terminated')
}

async function cancel(desk: Desk, asked: Asked) {
  const { form } = asked
  const input = { service_id: asked.params.id, at: textOf(form, 'at'), reason: textOf(form, 'reason') }
  await cancelService(desk.means, input, desk.actor)
  return done(desk, asked, 'cancelled')
}

async function keep(desk: Desk, asked: Asked) {
  await undoCancellation(desk.means, { service_id: asked.params.id }, desk.actor)
  return done(desk, asked, 'kept')
}

async function deliver(desk: Desk, asked: Asked) {
  await deliverService(desk.means, { service_id: asked.params.id }, desk.actor)
  return done(desk, asked, 'delivering')
}

async function edit(desk: Desk, asked: Asked) {
  const wish = { label: textOf(asked.form, 'label'), auto_charge: ticked(asked.form, 'auto_charge') }
  await editService(desk.means, { service_id: asked.params.id, ...wish }, desk.actor)
  return done(desk, asked, 'edited')
}

async function spare(desk: Desk, asked: Asked) {
  const input = { service_id: asked.params.id, until_on: optional(asked.form, 'until_on') }
  await spareService(desk.means, input, desk.actor)
  return done(desk, asked, 'spared')
}

async function change(desk: Desk, asked: Asked) {
  const { form } = asked
  const wish = {
    service_id: asked.params.id,
    product_id: textOf(form, 'product'),
    cycle: textOf(form, 'cycle'),
    quantity: countOf(form, 'quantity') ?? undefined,
  }
  const { invoiceId } = await requestChange(desk.means, wish, desk.actor)
  return invoiceId === null
    ? done(desk, asked, 'changed')
    : { href: `/admin/invoices/${invoiceId}`, message: desk.t('admin.services.done.change_invoiced') }
}
