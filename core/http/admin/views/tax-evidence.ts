import { evidenceKinds, listPlaceEvidence } from '../../../billing/index.ts'
import type { Block, PageView } from '../blocks.ts'
import { clientLink, filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'
import { choice } from './tax-rules.ts'
import { taxTabs } from './tax-tabs.ts'
import { countryName } from './words.ts'

/** What speaks for the place of consumers in other member states. */
export async function evidencePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const l = labeller(desk)
  const client_id = asked.query.client
  const rows = await listPlaceEvidence(means, client_id === undefined ? {} : { client_id }, actor)
  const form: Block = {
    ...{
      kind: 'form',
      id: 'evidence-form',
      title: t('tax.evidence.add_title'),
      action: '/admin/tax/evidence',
    },
    fields: [
      { ...filled(asked, 'client_id', client_id), label: l('client'), hint: t('tax.exemptions.client_hint') },
      choice(desk, asked, 'evidence_kind', { values: evidenceKinds, words: 'evidence_kind' }),
      { ...filled(asked, 'country'), label: l('country') },
      { ...filled(asked, 'source'), label: l('source'), hint: t('tax.evidence.source_hint') },
    ],
    submit: { label: t('tax.evidence.add') },
    ...formParts(desk, asked),
  }
  return {
    head: {
      title: t('tax.evidence.title'),
      crumbs: [{ label: t('admin.tax.title'), href: '/admin/tax' }, { label: t('tax.evidence.title') }],
      text: t('tax.evidence.text'),
    },
    tabs: taxTabs(desk, 'evidence'),
    main: [
      {
        ...{ kind: 'table', id: 'place-evidence', title: t('tax.evidence.list') },
        columns: [
          { label: l('client'), phone: 'title' },
          { label: l('state'), phone: 'side' },
          { label: t('tax.label.pieces'), phone: 'line' },
        ],
        rows: rows.map((row) => ({
          id: `row-${row.client_id}`,
          label: row.client,
          cells: [
            clientLink(row.client_id, row.client),
            t(`tax.evidence.standing.${row.standing}`),
            row.pieces
              .map(({ kind, country }) => `${t(`tax.evidence_kind.${kind}`)}: ${countryName(desk, country)}`)
              .join(' · '),
          ],
          menu: [{ label: t('tax.evidence.add'), href: `/admin/tax/evidence?client=${row.client_id}` }],
        })),
        empty: { icon: 'receipt-tax', title: t('tax.evidence.none') },
      },
      ...(allowed(desk, 'place_evidence.note') ? [form] : []),
    ],
  }
}
