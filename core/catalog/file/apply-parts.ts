import { addOptionValue } from '../create-option-value.ts'
import { addOption } from '../create-option.ts'
import { addOrderField } from '../create-order-field.ts'
import { withWritten } from '../conditions.ts'
import { changeRecord, toColumns } from '../edit.ts'
import { applyPrices, count, named, type Applying } from './applying.ts'
import type { FileField, FileOption, FileValue } from './shape.ts'

/** The options of a product with their values and prices, in the order of the file. */
export async function applyOptions(
  to: Applying,
  productId: string,
  options: readonly FileOption[],
): Promise<void> {
  const held = to.current.options.get(productId) ?? []
  for (const [position, option] of options.entries()) {
    const { entry: _entry, key, values, prices, ...fields } = option
    const row = held.find((one) => one.option_key === key)
    const record = { table: 'options', what: 'option' }
    const id = row
      ? await keep(to, record, row, { ...fields, position })
      : await addOption(
          to.means,
          to.trx,
          { ...fields, key, position, brandId: to.brandId, product_id: productId },
          to.actor,
        )
    if (!row) to.report.created++
    await applyPrices(to, id, prices)
    await applyValues(to, id, values)
  }
  const kept = new Set(options.map((option) => option.key))
  await retireOthers(
    to,
    { table: 'options', what: 'option' },
    held.filter((row) => !kept.has(row.option_key)),
  )
}

async function applyValues(to: Applying, optionId: string, values: readonly FileValue[]): Promise<void> {
  const held = to.current.values.get(optionId) ?? []
  const record = { table: 'option_values', what: 'option_value' }
  for (const [position, value] of values.entries()) {
    const { entry: _entry, key, prices, server_group, ...said } = value
    const unknown = `${value.label}: there is no server group "${server_group}"`
    const fields = { ...said, server_group_id: named(to, server_group, to.current.serverGroups, unknown) }
    const row = held.find((one) => one.value_key === key)
    const id = row
      ? await keep(to, record, row, { ...fields, position })
      : await addOptionValue(
          to.means,
          to.trx,
          { ...fields, key, position, brandId: to.brandId, option_id: optionId },
          to.actor,
        )
    if (!row) to.report.created++
    await applyPrices(to, id, prices)
  }
  const kept = new Set(values.map((value) => value.key))
  await retireOthers(
    to,
    record,
    held.filter((row) => !kept.has(row.value_key)),
  )
}

/** The questions of a product, in the order of the file. */
export async function applyFields(
  to: Applying,
  productId: string,
  questions: readonly FileField[],
): Promise<void> {
  const held = to.current.fields.get(productId) ?? []
  const record = { table: 'order_fields', what: 'order_field' }
  for (const [position, question] of questions.entries()) {
    const { entry: _entry, key, ...fields } = question
    const row = held.find((one) => one.field_key === key)
    if (row) {
      await keep(to, record, row, { ...fields, position })
      continue
    }
    const made = { ...fields, key, position, brandId: to.brandId, product_id: productId }
    await addOrderField(to.means, to.trx, made, to.actor)
    to.report.created++
  }
  const kept = new Set(questions.map((question) => question.key))
  await retireOthers(
    to,
    record,
    held.filter((row) => !kept.has(row.field_key)),
  )
}

interface Part {
  table: string
  what: string
}

async function keep(
  to: Applying,
  part: Part,
  row: { id: string; version: number },
  fields: object,
): Promise<string> {
  const columns = { ...toColumns(withWritten({ ...fields })), retired_at: null }
  const change = { ...part, brandId: to.brandId, row, columns }
  count(to, await changeRecord(to.means, to.trx, change, to.actor))
  return row.id
}

/** Only a file that says so takes away what it does not name. */
async function retireOthers(
  to: Applying,
  part: Part,
  rows: readonly { id: string; version: number; retired_at: string | null }[],
): Promise<void> {
  if (!to.retiring) return
  for (const row of rows) {
    if (row.retired_at) continue
    const columns = { retired_at: to.means.business.now() }
    const change = { ...part, act: 'retire', brandId: to.brandId, row, columns }
    await changeRecord(to.means, to.trx, change, to.actor)
    to.report.retired++
  }
}
