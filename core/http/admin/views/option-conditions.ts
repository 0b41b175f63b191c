import type { Condition, Option, Product } from '../../../catalog/index.ts'
import type { Block, Row } from '../blocks.ts'
import { filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'

/** Who bears a condition: the option itself or one of its values, as the pages name it. */
export const OWN = 'own'

interface OfProduct {
  option: Option
  product: Product
}

type Bearer = Pick<Option, 'conditions' | 'version'>

/** Under which conditions the option and its values are offered, and a form for one more. */
export function conditionBlocks(desk: Desk, asked: Asked, of: OfProduct): Block[] {
  return othersOf(of).length === 0 ? [] : [conditionsTable(desk, of), conditionForm(desk, asked, of)]
}

function conditionsTable(desk: Desk, { option, product }: OfProduct): Block {
  const { t } = desk
  const at = `/admin/catalog/options/${option.id}/conditions`
  const rows = (bearer: string, who: string, { conditions, version }: Bearer): Row[] =>
    conditions.map((condition, index) => ({
      id: `row-condition-${bearer}-${index}`,
      label: who,
      cells: [who, conditionText(desk, product, condition)],
      menu: [
        ...[
          {
            label: t('admin.remove'),
            href: `${at}/${bearer}/${version}/${index}/remove`,
            icon: 'trash',
            post: true,
            danger: true,
          },
        ],
      ],
    }))
  return {
    kind: 'table',
    id: 'option-conditions',
    title: t('admin.conditions.title'),
    columns: [
      { label: t('admin.conditions.what'), phone: 'title' },
      { label: t('admin.conditions.when'), phone: 'line' },
    ],
    rows: [
      ...rows(OWN, t('admin.conditions.whole'), option),
      ...soldValues(option).flatMap((value) => rows(value.id, value.label, value)),
    ],
    empty: { icon: 'adjustments', title: t('admin.conditions.none'), text: t('admin.conditions.none_text') },
  }
}

const soldValues = ({ values }: Option) => values.filter(({ retiredAt }) => retiredAt === null)

const othersOf = ({ option, product }: OfProduct): Option[] =>
  product.options.filter(({ id, retiredAt }) => id !== option.id && retiredAt === null)

function conditionForm(desk: Desk, asked: Asked, of: OfProduct): Block {
  const { t } = desk
  const l = labeller(desk)
  const others = othersOf(of)
  const tests = ['one_of', 'at_least', 'set'].map((value) => ({
    value,
    label: t(`admin.conditions.test.${value}`),
  }))
  const bearers = [
    { value: OWN, label: t('admin.conditions.whole') },
    ...soldValues(of.option).map(({ id, label }) => ({ value: id, label })),
  ]
  return {
    kind: 'form',
    id: 'condition-form',
    title: t('admin.conditions.new'),
    text: t('admin.conditions.text'),
    action: `/admin/catalog/options/${of.option.id}/conditions`,
    fields: [
      {
        ...filled(asked, 'bearer', OWN),
        kind: 'select',
        label: t('admin.conditions.what'),
        options: bearers,
      },
      {
        ...filled(asked, 'decider', others[0]?.key),
        kind: 'select',
        label: t('admin.conditions.decider'),
        options: others.map(({ key, name }) => ({ value: key, label: name })),
      },
      {
        ...filled(asked, 'test', 'one_of'),
        kind: 'select',
        label: t('admin.conditions.test_label'),
        options: tests,
      },
      {
        ...filled(asked, 'said'),
        ...{ label: l('values'), required: false, hint: saidHint(desk, others) },
      },
    ],
    submit: { label: t('admin.conditions.add'), kind: 'secondary' },
    ...formParts(desk, asked),
  }
}

/** The keys that may be typed, by option. */
function saidHint({ t }: Desk, others: readonly Option[]): string {
  const keys = others.flatMap((option) => {
    const values = soldValues(option).map(({ key }) => key)
    return values.length > 0 ? [`${option.name}: ${values.join(', ')}`] : []
  })
  return [t('admin.conditions.said_hint'), ...keys].join(' · ')
}

/** "Operating system is one of Debian 13, AlmaLinux 10" */
function conditionText({ t }: Desk, product: Product, condition: Condition): string {
  const named = product.options.find(({ key }) => key === condition.option)
  const option = named?.name ?? condition.option
  const labelOf = (value: string) => named?.values.find(({ key }) => key === value)?.label ?? value
  const { is, one_of, at_least } = condition
  if (is !== undefined) return t('admin.conditions.is', { option, value: labelOf(is) })
  if (one_of !== undefined)
    return t('admin.conditions.one_of', { option, values: one_of.map(labelOf).join(', ') })
  if (at_least === undefined) return t('admin.conditions.set', { option })
  return t('admin.conditions.at_least', { option, count: at_least })
}
