import { issueCarried } from '../../billing/index.ts'
import type { Asked, Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { carriedPage } from './views/carried.ts'

export const carried: Section = {
  pages: [{ path: '/clients/:id/carried', permission: 'invoice.issue_carried', draw: carriedPage }],
  acts: [
    { path: '/clients/:id/carried', permission: 'invoice.issue_carried', again: carriedPage, act: issue },
  ],
}

async function issue({ means, actor, t }: Desk, { params }: Asked) {
  const [first, ...rest] = await issueCarried(means, { client_id: params.id }, actor)
  const numbers = [first!, ...rest].map(({ number }) => number ?? '').join(', ')
  return { href: `/admin/invoices/${first!.id}`, message: t('admin.carried.issued', { numbers }) }
}
