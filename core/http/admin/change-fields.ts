import type { FormBody } from '../context.ts'
import { optional } from './desk.ts'
import { ppmOf } from './ppm.ts'

/** What was chosen and what is done to it, as verbs take it; empty fields are left out. */
export function changeFields(form: FormBody): Record<string, unknown> {
  const texts = ['product_id', 'list_id', 'cycle', 'currency', 'amount'].flatMap((name) => {
    const value = optional(form, name)
    return value === null ? [] : [[name, value] as const]
  })
  const percent = optional(form, 'percent')
  return {
    ...Object.fromEntries(texts),
    ...(percent === null ? {} : { percent_ppm: ppmOf(percent, 'percent') }),
  }
}
