import { dismissDiscrepancy, lookForDiscrepancies, repairDiscrepancy } from '../../reports/index.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { dismissPage, reconcilerPage, repairPage } from './views/books/reconciler.ts'

const repairing = { path: '/reconciler/:id/repair', permission: 'discrepancy.repair' } as const
const dismissing = { path: '/reconciler/:id/dismiss', permission: 'discrepancy.dismiss' } as const

export const reconciler: Section = {
  pages: [
    { path: '/reconciler', permission: 'discrepancy.list', draw: reconcilerPage },
    { ...repairing, draw: repairPage },
    { ...dismissing, draw: dismissPage },
  ],
  acts: [
    { path: '/reconciler/look', permission: 'discrepancy.look', act: look },
    { ...repairing, again: repairPage, act: repair },
    { ...dismissing, again: dismissPage, act: dismiss },
  ],
}

async function look({ means, actor, t }: Desk) {
  await lookForDiscrepancies(means, {}, actor)
  return { href: '/admin/reconciler', message: t('books.reconciler.looking') }
}

async function repair({ means, actor, t }: Desk, { params }: Asked) {
  const { kind } = await repairDiscrepancy(means, { discrepancy_id: params.id }, actor)
  return { href: '/admin/reconciler', message: t(`books.found.${kind}.done`) }
}

async function dismiss({ means, actor, t }: Desk, { params, form }: Asked) {
  const input = { discrepancy_id: params.id, reason: textOf(form, 'reason') }
  await dismissDiscrepancy(means, input, actor)
  return { href: '/admin/reconciler', message: t('books.reconciler.dismiss_done') }
}
