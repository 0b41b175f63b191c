import {
  decidersOf,
  fitChoices,
  isConditional,
  loadProducts,
  offeredKeys,
  type Option,
} from '../../../catalog/index.ts'
import type { ServiceRow } from '../../../services/index.ts'
import type { RouteCtx } from '../../context.ts'
import { fullLabel } from '../../page/index.ts'

/** The options of the present plan as the form has them, or as the service has them where it has none. */
export interface OptionForm {
  /** What the page shows. */
  fields: (ReturnType<typeof optionView> & { decides: boolean })[]
  /** What goes to the verb: as asked, but for what the other choices do not offer any more. */
  wished: { option_id: string; value_id: string; value: string }[]
  /** Whether the form did not show what its choices offer. */
  isOutdated: boolean
}

/** `asked`: "o.<option id>" → value key, number, or "1" for a tick. */
export async function optionForm(
  ctx: RouteCtx,
  service: ServiceRow,
  asked: URLSearchParams,
): Promise<OptionForm> {
  const all = await optionsOf(ctx, service)
  const nameOf = ({ id }: Option) => `o.${id}`
  const before = offeredKeys(all, Object.fromEntries(all.map(({ key, chosen }) => [key, chosen ?? ''])))
  const said = all.flatMap((option): [string, string][] => {
    const value = asked.get(nameOf(option)) ?? option.chosen
    // A preset of the shop would look like a wish, where the option was there and was left out.
    return value !== null ? [[option.key, value]] : before.has(option.key) ? [[option.key, '']] : []
  })
  const { given, offered, dropped } = fitChoices(all, Object.fromEntries(said))
  const shown = offered.filter((option) => (option.changeable && !isPlace(option)) || !before.has(option.key))
  const unseen = shown.filter((option) => isConditional(option) && !asked.has(nameOf(option)))
  const wished = all.flatMap((option) => {
    const value = given[option.key]
    const isSaid = asked.has(nameOf(option)) || unseen.includes(option)
    return isSaid && value !== undefined
      ? [{ option_id: option.id, value_id: String(value), value: String(value) }]
      : []
  })
  const isStale = all.some((option) => dropped.includes(option.key) && asked.has(nameOf(option)))
  const isFilled = [...asked.keys()].some((name) => name.startsWith('o.'))
  return {
    fields: fieldsOf(ctx, { all, shown, given }),
    wished,
    isOutdated: isFilled && (isStale || unseen.length > 0),
  }
}

/** A running service stays in its group of servers. */
const isPlace = ({ values }: Option): boolean => values.some(({ serverGroupId }) => serverGroupId !== null)

type Given = Readonly<Record<string, unknown>>

function fieldsOf(
  ctx: RouteCtx,
  { all, shown, given }: { all: readonly Option[]; shown: readonly Option[]; given: Given },
) {
  const deciders = new Set(all.flatMap(decidersOf))
  return shown.map((option) => ({
    ...optionView(ctx, option, shownValue(option, given[option.key])),
    /** Whether the options are drawn anew when it changes. */
    decides: deciders.has(option.key),
  }))
}

/** What is offered anew and must be chosen begins with its preset. */
function shownValue({ required, preset, values }: Option, given: unknown): string | undefined {
  if (given !== undefined && given !== '') return String(given)
  return given === undefined && required && values.some(({ key }) => key === preset) ? preset! : undefined
}

async function optionsOf({ state: { deps } }: RouteCtx, service: ServiceRow): Promise<readonly Option[]> {
  const of = { clientId: service.client_id, serviceId: service.id, orderFields: false } as const
  const [product] = await loadProducts(deps.db, service.brand_id, [service.product_id], of)
  return product?.options ?? []
}

/** What readers call the options of the present plan, by the field of a refusal. */
export async function optionLabels(ctx: RouteCtx, service: ServiceRow): Promise<Record<string, string>> {
  const options = await optionsOf(ctx, service)
  return Object.fromEntries(options.map(({ key, name }) => [`option.${key}`, name]))
}

export function optionView({ state: { t } }: RouteCtx, option: Option, present: string | undefined) {
  const choices = option.values
    .filter((value) => value.retiredAt === null || value.key === present)
    .map((value) => ({ value: value.key, ...fullLabel(t, value, value.label) }))
  const nothing =
    option.required && present !== undefined && present !== '' ? [] : [{ value: '', label: '–' }]
  return {
    ...{ name: `o.${option.id}`, label: option.name, hint: option.hint, unit: option.unit },
    kind: option.kind === 'checkbox' ? 'checkbox' : choices.length > 0 ? 'select' : 'number',
    options: [...nothing, ...choices],
    // What was not chosen is not there: a preset of the shop would look like a wish.
    value: present ?? (choices.length > 0 ? '' : String(option.minimum ?? 0)),
    required: option.required,
    ...{ min: option.minimum ?? 0, max: option.maximum, step: option.step ?? 1 },
  }
}
