import type { Translate } from '../../../i18n/index.ts'

const TABS = [
  ['profile', '/portal/account'],
  ['people', '/portal/account/people'],
  ['security', '/portal/security'],
  ['messages', '/portal/messages'],
] as const

export const accountTabs = (t: Translate, active: (typeof TABS)[number][0]) =>
  TABS.map(([key, href]) => ({ label: t(`portal.account.tabs.${key}`), href, active: key === active }))
