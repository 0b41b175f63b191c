import { sql } from '../../../db/index.ts'
import { scoped } from '../../../records/index.ts'
import type { PageView } from '../blocks.ts'
import { filled, formParts, type Asked, type Desk } from '../desk.ts'
import { bankCrumbs } from './bank-accounts.ts'

export async function importPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const l = (name: string) => t(`payments.label.${name}`)
  const accounts = await means.db.all<{ id: string; name: string }>(
    sql`select a.id, a.name from bank_accounts a where ${scoped(actor, { table: 'a', client: null })} order by a.name`,
  )
  return {
    head: {
      title: t('payments.bank.import'),
      text: t('payments.bank.import_text'),
      crumbs: bankCrumbs(desk, t('payments.bank.import')),
      actions: [
        { label: t('payments.bank_accounts.title'), href: '/admin/bank-accounts', icon: 'building-bank' },
      ],
    },
    main: [
      {
        kind: 'form',
        id: 'statement-form',
        action: '/admin/bank-lines/import',
        takesFiles: true,
        fields: [
          {
            ...filled(asked, 'account_id', accounts[0]?.id),
            ...{ kind: 'select', label: l('account') },
            options: accounts.map((row) => ({ value: row.id, label: row.name })),
          },
          {
            ...filled(asked, 'format', 'camt053'),
            ...{ kind: 'select', label: l('format') },
            options: ['camt053', 'mt940', 'csv'].map((value) => ({
              value,
              label: t(`payments.format.${value}`),
            })),
          },
          { ...filled(asked, 'u.file'), kind: 'file', label: l('file'), ...fileError(asked) },
        ],
        submit: { label: t('payments.bank.import') },
        cancelHref: '/admin/bank-lines',
        ...formParts(desk, asked),
      },
    ],
  }
}

const fileError = ({ refused }: Asked) => (refused?.fields.file ? { error: refused.fields.file } : {})
