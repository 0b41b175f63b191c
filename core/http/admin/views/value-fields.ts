import type { Option, OptionValue } from '../../../catalog/index.ts'
import { sql } from '../../../db/index.ts'
import type { Block, Field } from '../blocks.ts'
import { filled, labeller, type Asked, type Desk } from '../desk.ts'

/** What can be chosen, each with its page. */
export function valueTable(desk: Desk, option: Option): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'table',
    id: 'option-values',
    title: l('values'),
    columns: [{ label: l('name'), phone: 'title' }, { label: l('key') }, { label: l('module_value') }],
    rows: option.values
      .filter(({ retiredAt }) => retiredAt === null)
      .map((value) => ({
        id: `row-${value.id}`,
        href: `/admin/catalog/values/${value.id}`,
        label: value.label,
        cells: [value.label, { mono: value.key }, value.moduleValue],
      })),
    empty: { icon: 'list-details', title: t('admin.options.no_values') },
  }
}

/** Null: of a new value, which stands last. */
export async function valueFields(
  desk: Desk,
  asked: Asked,
  value: OptionValue | null,
  last = 0,
): Promise<Field[]> {
  const { t, means } = desk
  const l = labeller(desk)
  const groups = await means.db.all<{ id: string; name: string }>(
    sql`select id, name from server_groups order by name`,
  )
  return [
    { ...filled(asked, 'label', value?.label), label: l('name') },
    { ...filled(asked, 'key', value?.key), label: l('key') },
    {
      ...filled(asked, 'module_value', value?.moduleValue),
      label: l('module_value'),
      required: false,
      hint: t('admin.options.module_value_hint'),
    },
    ...(groups.length === 0
      ? []
      : [
          {
            ...filled(asked, 'server_group_id', value?.serverGroupId),
            kind: 'select' as const,
            label: l('server_group'),
            required: false,
            hint: t('admin.options.server_group_hint'),
            options: [
              { value: '', label: '–' },
              ...groups.map(({ id, name }) => ({ value: id, label: name })),
            ],
          },
        ]),
    { ...filled(asked, 'position', value?.position ?? last), kind: 'number', min: 0, label: l('position') },
  ]
}
