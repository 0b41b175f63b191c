import { mayRun } from '../../../billing/index.ts'
import type { PageView } from '../blocks.ts'
import type { Desk } from '../desk.ts'

/** Pages of the billing run: key of the tab, address. */
const TABS = [
  ['ahead', ''],
  ['runs', '/runs'],
] as const

/** What lies ahead is of all brands; staff of some have the runs alone, and one page needs no tabs. */
export function billingTabs({ t, actor }: Desk, active: (typeof TABS)[number][0]): Pick<PageView, 'tabs'> {
  if (actor.brandIds !== 'all') return {}
  const tabs = {
    label: t('admin.billing.title'),
    tabs: TABS.map(([key, path]) => ({
      label: t(`admin.billing.tab.${key}`),
      href: `/admin/billing${path}`,
      active: key === active,
    })),
  }
  return { tabs }
}

export const billingHead = ({ t, actor }: Desk, text: string): PageView['head'] => ({
  title: t('admin.billing.title'),
  text,
  actions: mayRun(actor)
    ? [
        {
          label: t('admin.billing.run_now'),
          post: '/admin/billing/run',
          kind: 'primary',
          icon: 'player-play',
        },
      ]
    : [],
})
