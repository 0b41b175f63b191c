import { changeOption, changeOptionValue, type Condition, type Option } from '../../catalog/index.ts'
import { NotFound } from '../../kernel/index.ts'
import { countOf, textOf, type Asked, type Desk } from './desk.ts'
import type { Act } from './pages.ts'
import { OWN } from './views/option-conditions.ts'
import { optionPage, reachOption } from './views/option.ts'

const at = '/catalog/options/:id/conditions'

export const conditionActs: Act[] = [
  { path: at, permission: 'option.change', again: optionPage, act: add },
  {
    path: `${at}/:bearer/:version/:place/remove`,
    permission: 'option.change',
    again: optionPage,
    act: remove,
  },
]

async function add(desk: Desk, asked: Asked) {
  const { option } = await reachOption(desk, asked.params.id!)
  const bearer = bearerOf(option, textOf(asked.form, 'bearer'))
  await write(desk, option, { bearer, conditions: [...bearer.conditions, typed(asked)] })
  return done(desk, option, 'added')
}

/** Of the version that the page showed: clicked twice, the place would name another condition the second time. */
async function remove(desk: Desk, { params }: Asked) {
  const { option } = await reachOption(desk, params.id!)
  const bearer = { ...bearerOf(option, params.bearer!), version: Number(params.version) }
  const conditions = bearer.conditions.filter((_condition, index) => String(index) !== params.place)
  await write(desk, option, { bearer, conditions })
  return done(desk, option, 'removed')
}

const done = ({ t }: Desk, { id }: Option, what: 'added' | 'removed') => ({
  href: `/admin/catalog/options/${id}`,
  message: t(`admin.conditions.done.${what}`),
})

type Bearer = Pick<Option, 'id' | 'version' | 'conditions'>

function bearerOf(option: Option, name: string): Bearer {
  if (name === OWN) return option
  const value = option.values.find(({ id }) => id === name)
  if (!value) throw NotFound({ what: 'option value', id: name })
  return value
}

/** Of the version that was read, so that of two who write at once one is told. */
async function write(
  { means, actor }: Desk,
  option: Option,
  { bearer, conditions }: { bearer: Bearer; conditions: readonly Condition[] },
): Promise<void> {
  const verb = bearer.id === option.id ? changeOption : changeOptionValue
  await verb(means, { id: bearer.id, version: bearer.version, conditions }, actor)
}

function typed({ form }: Asked): Condition {
  const option = textOf(form, 'decider')
  const test = textOf(form, 'test')
  if (test === 'set') return { option, set: true }
  // What is no number stays text, so that the verb refuses it by name.
  if (test === 'at_least') return { option, at_least: countOf(form, 'said') ?? 0 }
  const said = textOf(form, 'said')
    .split(',')
    .map((key) => key.trim())
  return said.length === 1 ? { option, is: said[0]! } : { option, one_of: said }
}
