import type { FormBody } from '../context.ts'
import { decimalOf, optional, textOf, type Desk } from './desk.ts'
import { ppmOf } from './ppm.ts'

/** What was chosen and what is done to it, as verbs take it; empty fields are left out. */
export function changeFields(desk: Pick<Desk, 'locale'>, form: FormBody): Record<string, unknown> {
  const texts = ['product_id', 'list_id', 'cycle', 'currency'].flatMap((name) => {
    const value = optional(form, name)
    return value === null ? [] : [[name, value] as const]
  })
  const amount = optional(form, 'amount')
  const percent = optional(form, 'percent')
  return {
    ...Object.fromEntries(texts),
    ...(amount === null ? {} : { amount: decimalOf(desk, amount, textOf(form, 'currency')) }),
    ...(percent === null ? {} : { percent_ppm: ppmOf(percent, 'percent') }),
  }
}
