import { FIRST_STEPS, firstStepsLeft, type FirstStep } from '../../../brands/index.ts'
import { sql } from '../../../db/index.ts'
import type { Block, Form, MenuItem, PageView } from '../blocks.ts'
import { filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { FIRST_KINDS } from '../first-product.ts'
import { brandsOf } from './catalog.ts'
import { allowed } from './clients.ts'

export type StepState = 'done' | 'left' | 'open'

/** Where each is done; the shop itself is no page of staff. */
const WAYS: Partial<Record<FirstStep, string>> = {
  ...{ tax: '/admin/tax/sets', mail: '/admin/messages', look: '/admin/sellers' },
  ...{ product: '/admin/catalog', gateway: '/admin/plugins' },
}

/** How far each step is: what the installation has counts, whoever made it. One statement. */
export async function readFirstSteps({ means }: Pick<Desk, 'means'>): Promise<Record<FirstStep, StepState>> {
  const found = await means.db.get<Record<`has_${FirstStep}`, number> & { left_out: string | null }>(sql`
    select case when exists (select 1 from tax_rules) then 1 else 0 end as has_tax,
      case when exists (select 1 from messages where status = 'sent') then 1 else 0 end as has_mail,
      case when exists (select 1 from brands where colour is not null)
        or exists (select 1 from settings where key = 'billing.document_layout') then 1 else 0 end as has_look,
      case when exists (select 1 from products where kind <> 'addon' and status = 'active') then 1 else 0 end as has_product,
      case when exists (select 1 from plugin_instances i join plugins p on p.id = i.plugin_id
        where i.status = 'active' and p.manifest like '%"gateway"%') then 1 else 0 end as has_gateway,
      case when exists (select 1 from orders) then 1 else 0 end as has_order,
      (select value from settings where scope = 'installation' and key = ${firstStepsLeft.key}) as left_out`)
  const left = JSON.parse(found!.left_out ?? '[]') as FirstStep[]
  const stateOf = (step: FirstStep): StepState =>
    Number(found![`has_${step}`]) === 1 ? 'done' : left.includes(step) ? 'left' : 'open'
  return Object.fromEntries(FIRST_STEPS.map((step) => [step, stateOf(step)])) as Record<FirstStep, StepState>
}

export async function firstStepsPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const steps = await readFirstSteps(desk)
  return {
    head: {
      ...{ title: t('first_steps.title'), text: t('first_steps.text') },
      actions: [{ label: t('first_steps.order.go'), href: '/', icon: 'shopping-bag', plain: true }],
    },
    main: [
      ...(isReady(steps) ? [ready(desk)] : []),
      table(desk, steps),
      ...(steps.product === 'open' && allowed(desk, 'catalog.import')
        ? [await productForm(desk, asked)]
        : []),
    ],
    aside: allowed(desk, 'message.send_test') ? [mailForm(desk, asked)] : [],
  }
}

/** All but the order itself. */
const isReady = (steps: Record<FirstStep, StepState>): boolean =>
  FIRST_STEPS.every((step) => (step === 'order' ? steps[step] === 'open' : steps[step] !== 'open'))

const ready = ({ t }: Desk): Block => ({
  kind: 'notice',
  id: 'first-steps-ready',
  tone: 'good',
  text: t('first_steps.ready'),
})

const TONES = { done: 'good', left: 'off', open: 'warn' } as const

function table(desk: Desk, steps: Record<FirstStep, StepState>): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'table',
    id: 'first-steps',
    title: t('first_steps.steps'),
    columns: [
      { label: t('first_steps.step'), phone: 'title' },
      { label: l('state'), phone: 'side' },
      { label: t('first_steps.what'), phone: 'line' },
    ],
    rows: FIRST_STEPS.map((step) => ({
      ...{ id: `first-step-${step}`, label: t(`first_steps.${step}.name`) },
      ...(WAYS[step] ? { href: WAYS[step] } : {}),
      cells: [
        t(`first_steps.${step}.name`),
        { state: steps[step], label: t(`first_steps.state.${steps[step]}`), tone: TONES[steps[step]] },
        t(`first_steps.${step}.text`),
      ],
      menu: menuOf(desk, step, steps[step]),
    })),
    empty: { title: t('first_steps.title') },
  }
}

function menuOf(desk: Desk, step: FirstStep, state: StepState): MenuItem[] {
  if (state === 'done' || !allowed(desk, 'first_step.leave')) return []
  const act = state === 'open' ? 'leave' : 'take'
  return [{ label: desk.t(`first_steps.${act}`), href: `/admin/first-steps/${step}/${act}`, post: true }]
}

const mailForm = (desk: Desk, asked: Asked): Form => ({
  ...{ kind: 'form', id: 'first-mail', title: desk.t('first_steps.mail.try') },
  ...{ text: desk.t('first_steps.mail.try_text'), action: '/admin/first-steps/mail', fields: [] },
  submit: { label: desk.t('first_steps.mail.send'), kind: 'secondary' },
  ...formParts(desk, asked),
})

async function productForm(desk: Desk, asked: Asked): Promise<Form> {
  const { t } = desk
  const places = (await brandsOf(desk)).flatMap(({ id, name, currencies }) =>
    (JSON.parse(currencies) as string[]).map((currency) => ({
      value: `${id} ${currency}`,
      label: `${name}, ${currency}`,
    })),
  )
  const fields = [
    {
      ...{ ...filled(asked, 'kind', FIRST_KINDS[0]), kind: 'select', label: t('first_steps.product.kind') },
      options: FIRST_KINDS.map((value) => ({ value, label: t(`admin.product_kind.${value}`) })),
    },
    {
      ...filled(asked, 'product'),
      label: t('first_steps.product.called'),
      hint: t('first_steps.product.called_hint'),
    },
    { ...filled(asked, 'price'), label: t('first_steps.product.price'), inputmode: 'decimal' },
    {
      ...{
        ...filled(asked, 'brand', places[0]?.value),
        kind: 'select',
        label: t('first_steps.product.shop'),
      },
      options: places,
    },
  ]
  return {
    ...{ kind: 'form', id: 'first-product', title: t('first_steps.product.make') },
    ...{ text: t('first_steps.product.make_text'), action: '/admin/first-steps/product', fields },
    submit: { label: t('first_steps.product.make') },
    ...formParts(desk, asked),
  }
}
