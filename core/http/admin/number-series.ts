import { changeNumberSeries } from '../../billing/index.ts'
import { countOf, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { changeSeriesPage, seriesList } from './views/number-series.ts'

const change = '/number-series/change'

export const numberSeries: Section = {
  pages: [
    { path: '/number-series', permission: 'number_series.list', draw: seriesList },
    { path: change, confirmed: true, permission: 'number_series.change', draw: changeSeriesPage },
  ],
  acts: [
    {
      path: change,
      ...{ confirmed: true, permission: 'number_series.change', again: changeSeriesPage, act: takeChange },
    },
  ],
}

async function takeChange({ means, actor, t }: Desk, { form }: Asked) {
  const input = {
    ...{ brand_id: textOf(form, 'brand_id'), kind: textOf(form, 'kind'), year: countOf(form, 'year') },
    ...{ head: textOf(form, 'head'), digits: countOf(form, 'digits') },
    ...{ first_month: countOf(form, 'first_month'), first_number: countOf(form, 'first_number') },
  }
  await changeNumberSeries(means, input, actor)
  return { href: '/admin/number-series', message: t('numbers.changed', { year: String(input.year) }) }
}
