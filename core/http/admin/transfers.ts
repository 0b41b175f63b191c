import { findService, moveService, retryTransfer } from '../../services/index.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { transferPage } from './views/transfers.ts'

/** Services that pass to another client. */
export const transfers: Section = {
  pages: [{ path: '/services/:id/transfer', permission: moveService.permission, draw: transferPage }],
  acts: [
    { path: '/services/:id/transfer', permission: moveService.permission, again: transferPage, act: move },
    {
      path: '/services/:id/transfer/retry',
      permission: retryTransfer.permission,
      again: transferPage,
      act: retry,
    },
  ],
}

async function move({ means, actor, t }: Desk, { params, form }: Asked) {
  const { status } = await moveService(
    means,
    {
      ...{ service_id: params.id, to_client_id: textOf(form, 'to') },
      ...{ prices: textOf(form, 'prices'), reason: textOf(form, 'reason') },
    },
    actor,
  )
  const said = status === 'done' ? 'moved' : 'moved_not_told'
  return { href: `/admin/services/${params.id!}`, message: t(`transfers.admin.${said}`) }
}

async function retry({ means, actor, t }: Desk, { params, form }: Asked) {
  await findService(means.db, actor, { id: params.id!, right: retryTransfer.permission })
  await retryTransfer(means, { transfer_id: textOf(form, 'transfer') }, actor)
  return { href: `/admin/services/${params.id!}/transfer`, message: t('transfers.admin.retried') }
}
