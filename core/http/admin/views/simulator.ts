import { BerthError } from '../../../kernel/index.ts'
import { simulatePrices } from '../../../services/index.ts'
import type { Simulation } from '../../../billing/index.ts'
import type { FormBody } from '../../context.ts'
import { changeFields } from '../change-fields.ts'
import { inMoney, type Block, type PageView } from '../blocks.ts'
import { countOf, filled, optional, type Asked, type Desk } from '../desk.ts'
import { priceChangeFields } from './price-change-fields.ts'

const DAYS = 365

/** "What if we raise this price on 1 March?": a form that only asks, and what runs would invoice month by month. */
export async function simulatorPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const isAsked = asked.query.starts_on !== undefined
  const answer = isAsked ? await answerOf(desk, asked.query) : null
  const fields = answer && 'fields' in answer ? answer.fields : {}
  const typed: Asked = isAsked ? { ...asked, refused: { values: asked.query, fields, problem: null } } : asked
  const loose = Object.entries(fields).filter(([name]) => !(name in asked.query))
  return {
    head: {
      title: t('prices.simulator.title'),
      text: t('prices.simulator.text'),
      crumbs: [
        { label: t('prices.campaign.title'), href: '/admin/price-campaigns' },
        { label: t('prices.simulator.title') },
      ],
    },
    main: [
      {
        kind: 'form',
        id: 'simulator-form',
        method: 'get',
        action: '/admin/simulator',
        fields: [
          ...(await priceChangeFields(desk, typed)),
          {
            ...filled(typed, 'days', DAYS),
            kind: 'number',
            min: 1,
            max: 800,
            label: t('prices.simulator.days'),
          },
          { ...filled(typed, 'brand_id'), required: false, label: t('prices.simulator.brand') },
          { ...filled(typed, 'client_id'), required: false, label: t('prices.simulator.client') },
        ],
        submit: { label: t('prices.simulator.go') },
        keys: {},
        ...(loose.length > 0
          ? { problem: loose.map(([name, reason]) => `${name}: ${reason}`).join(' ') }
          : {}),
      },
      ...(answer && 'months' in answer ? resultBlocks(desk, answer) : []),
    ],
  }
}

/** A refused question is a form with reasons, because asking again is all there is to do. */
async function answerOf(
  desk: Desk,
  query: Readonly<Record<string, string>>,
): Promise<Simulation | { fields: Readonly<Record<string, string>> }> {
  const { means, actor } = desk
  const form = query as FormBody
  const [brand_id, client_id] = [optional(form, 'brand_id'), optional(form, 'client_id')]
  try {
    const input = {
      ...changeFields(desk, form),
      ...{ starts_on: query.starts_on, days: countOf(form, 'days') ?? DAYS },
      ...(brand_id ? { brand_id } : {}),
      ...(client_id ? { client_id } : {}),
    }
    return await simulatePrices(means, input, actor)
  } catch (error) {
    if (error instanceof BerthError && error.code === 'input.invalid') return { fields: error.fields }
    throw error
  }
}

function resultBlocks(desk: Desk, { months, problems }: Simulation): Block[] {
  const { t } = desk
  const byCurrency = Map.groupBy(months, ({ currency }) => currency)
  const sum = (of: typeof months, key: 'beforeMinor' | 'afterMinor') =>
    of.reduce((total, month) => total + month[key], 0n)
  return [
    {
      kind: 'stats',
      id: 'simulator-sums',
      items: [...byCurrency].map(([currency, of]) => ({
        label: t('prices.simulator.effect', { currency }),
        value: inMoney(sum(of, 'afterMinor') - sum(of, 'beforeMinor'), currency),
      })),
    },
    ...problemNotice(desk, problems),
    {
      kind: 'table',
      id: 'simulator-months',
      title: t('prices.simulator.months'),
      columns: [
        { label: t('prices.simulator.month'), phone: 'title' },
        { label: t('admin.label.currency') },
        { label: t('admin.invoices.title'), align: 'end' },
        { label: t('prices.campaign.before'), align: 'end' },
        { label: t('prices.campaign.after'), align: 'end' },
        { label: t('prices.simulator.difference'), align: 'end', phone: 'side' },
      ],
      rows: months.map(({ month, currency, invoices, beforeMinor, afterMinor }) => ({
        id: `row-${currency}-${month}`,
        label: month,
        cells: [
          month,
          currency,
          invoices,
          inMoney(beforeMinor, currency),
          inMoney(afterMinor, currency),
          inMoney(afterMinor - beforeMinor, currency),
        ],
      })),
      empty: { icon: 'chart-line', title: t('prices.simulator.nothing') },
    },
  ]
}

function problemNotice({ t }: Desk, count: number): Block[] {
  if (count === 0) return []
  const text = t('prices.simulator.problems', { count })
  return [{ kind: 'notice', id: 'simulator-problems', tone: 'warn', text }]
}
