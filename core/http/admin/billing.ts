import { releaseParkedClient, runBillingNow } from '../../billing/index.ts'
import type { Asked, Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { billingPage } from './views/billing-run.ts'
import { billingRunsPage } from './views/billing-runs.ts'

export const billing: Section = {
  pages: [
    { path: '/billing', permission: 'billing.preview', draw: billingPage },
    { path: '/billing/runs', permission: 'billing.preview', draw: billingRunsPage },
  ],
  acts: [
    { path: '/billing/run', permission: 'billing.run', act: runNow },
    { path: '/billing/parked/:client/release', permission: 'billing.release_parked', act: release },
  ],
}

async function runNow({ means, actor, t }: Desk) {
  await runBillingNow(means, {}, actor)
  return { href: '/admin/billing/runs', message: t('admin.billing.started') }
}

async function release({ means, actor, t }: Desk, { params }: Asked) {
  await releaseParkedClient(means, { client_id: params.client }, actor)
  return { href: '/admin/billing/runs', message: t('admin.billing.unparked') }
}
