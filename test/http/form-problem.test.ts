import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Ctx } from '../../core/http/context.ts'
import { refusalOf } from '../../core/http/admin/desk.ts'
import { tryForm, type FormAct, type FormProblem } from '../../core/http/page/form.ts'
import { createMessages } from '../../core/i18n/index.ts'
import { defineError, invalidInput } from '../../core/kernel/index.ts'

const messages = createMessages({ folder: join(import.meta.dirname, '../../locales'), strict: true })
const Closed = defineError('test.form_closed', 409, () => 'The shop is closed.', 'opening_hours')

const sent = (form: Record<string, unknown>) =>
  ({
    // Of reading nothing is kept, and there is no database here.
    ...{ status: 200, method: 'GET' },
    state: { t: messages.translator('en'), locale: 'en', deps: { messages }, form },
  }) as unknown as Ctx

async function drawn(form: Record<string, unknown>, error: unknown, more: Partial<FormAct> = {}) {
  let problem: FormProblem | undefined
  await tryForm(sent(form), {
    ...more,
    act: () => Promise.reject(error as Error),
    redraw: async (said) => void (problem = said),
  })
  return problem!.errors
}

describe('what a form says when it is refused', () => {
  const missing = 'Please fill this in.'

  it('says a reason at its field when the form has it, bare or in a group', async () => {
    assert.deepEqual(await drawn({ city: '' }, invalidInput({ city: 'is missing' })), [
      { name: 'city', label: 'city', message: missing },
    ])
    assert.deepEqual(await drawn({ city: '' }, invalidInput({ 'profile.city': 'is missing' })), [
      { name: 'city', label: 'city', message: missing },
    ])
    const grouped = { settings: { 'accounts.0.iban': '' } }
    assert.deepEqual(await drawn(grouped, invalidInput({ accounts: 'is missing' })), [
      { name: 'accounts', label: 'accounts', message: missing },
    ])
  })

  it('says a reason above the form when no field of it can', async () => {
    const strange = invalidInput({ city: 'is missing', zone: 'is missing' })
    assert.deepEqual(await drawn({ city: '' }, strange, { labels: { city: 'City' } }), [
      { name: 'city', label: 'City', message: missing },
      { label: '', message: `Time zone: ${missing}` },
    ])
  })

  it('says the whole refusal there when it is a sentence of its own', async () => {
    assert.deepEqual(await drawn({ city: '' }, Closed({})), [{ label: '', message: 'The shop is closed.' }])
  })

  it('leaves to the field what browsers leave out when nothing is ticked', async () => {
    const labels = { terms: 'I agree' }
    assert.deepEqual(await drawn({}, invalidInput({ terms: 'is missing' }), { labels }), [
      { name: 'terms', label: 'I agree', message: missing },
    ])
  })

  it('the same for staff: what no field says stands above, beside what fields say', () => {
    const said = (form: Record<string, unknown>, error: unknown) => refusalOf(sent(form), error)?.problem
    assert.equal(said({ city: '' }, invalidInput({ city: 'is missing' })), null)
    assert.equal(
      said({ city: '' }, invalidInput({ city: 'is missing', zone: 'is missing' })),
      `Time zone: ${missing}`,
    )
    assert.equal(
      said({}, invalidInput({ 'lines.0.inner_name': 'is missing' })),
      `Something this form does not ask for: ${missing}`,
    )
    assert.equal(said({ name: '' }, invalidInput({ 'profile.name': 'is missing' })), null)
    assert.equal(said({}, invalidInput({ 'lines.0.quantity': 'is missing' })), `Quantity: ${missing}`)
    assert.equal(said({ city: '' }, Closed({})), 'The shop is closed.')
  })
})
