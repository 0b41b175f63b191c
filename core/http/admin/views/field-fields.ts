import { fieldKinds, type OrderField } from '../../../catalog/index.ts'
import type { Field } from '../blocks.ts'
import { filled, labeller, tickedField, type Asked, type Desk } from '../desk.ts'

/** What is asked, and which answers fit; null: of a new question, which stands last. */
export function fieldFields(desk: Desk, asked: Asked, field: OrderField | null, last = 0): Field[] {
  const { t } = desk
  const l = labeller(desk)
  return [
    { ...filled(asked, 'field_label', field?.label), label: l('name') },
    { ...filled(asked, 'field_key', field?.key), label: l('key') },
    {
      ...filled(asked, 'field_kind', field?.kind ?? 'text'),
      kind: 'select',
      label: l('kind'),
      options: fieldKinds.map((value) => ({ value, label: t(`admin.field_kind.${value}`) })),
    },
    {
      ...filled(asked, 'hint', field?.hint),
      label: l('hint'),
      required: false,
      hint: t('admin.fields.hint_hint'),
    },
    {
      ...filled(asked, 'choices', field?.choices.join('\n')),
      kind: 'textarea',
      rows: 3,
      label: l('choices'),
      required: false,
      hint: t('admin.fields.choices_hint'),
    },
    {
      ...filled(asked, 'pattern', field?.pattern),
      label: t('admin.fields.pattern'),
      required: false,
      hint: t('admin.fields.pattern_hint'),
    },
    { ...filled(asked, 'field_setting', field?.setting), label: l('setting'), required: false },
    { ...filled(asked, 'position', field?.position ?? last), kind: 'number', min: 0, label: l('position') },
    { ...tickedField(asked, 'field_required', field?.required ?? false), label: t('admin.options.required') },
  ]
}
