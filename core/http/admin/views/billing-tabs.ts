import { mayRun } from '../../../billing/index.ts'
import type { PageView } from '../blocks.ts'
import type { Desk } from '../desk.ts'

/** Pages of the billing run: key of the tab, address. */
const TABS = [
  ['ahead', ''],
  ['runs', '/runs'],
] as const

export function billingTabs({ t }: Desk, active: (typeof TABS)[number][0]): Pick<PageView, 'tabs'> {
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
