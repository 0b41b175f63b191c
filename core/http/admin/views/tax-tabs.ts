import type { PageView } from '../blocks.ts'
import type { Desk } from '../desk.ts'
import { allowed } from './clients.ts'

/** Pages of tax: key of the tab, address, permission. */
const TABS = [
  ['rules', '', 'tax_rule.list'],
  ['preview', '/preview', 'tax_rule.preview'],
  ['exemptions', '/exemptions', 'tax_exemption.list'],
  ['ids', '/ids', 'tax_id.list'],
  ['oss', '/oss', 'tax_report.oss'],
  ['evidence', '/evidence', 'place_evidence.list'],
  ['faktur', '/faktur', 'faktur.list'],
  ['sets', '/sets', 'tax_rule.add_preset'],
] as const
export type TaxTab = (typeof TABS)[number][0]

export function taxTabs(desk: Desk, active: TaxTab): NonNullable<PageView['tabs']> {
  return {
    label: desk.t('tax.tabs'),
    tabs: TABS.filter(([, , permission]) => allowed(desk, permission)).map(([key, path]) => ({
      label: desk.t(`tax.tab.${key}`),
      href: `/admin/tax${path}`,
      active: key === active,
    })),
  }
}
