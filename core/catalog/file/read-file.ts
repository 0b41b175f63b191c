import { couponBuyers } from '../coupon.ts'
import { discountKinds, type DiscountKind } from '../discount.ts'
import { readPercent, fieldProblems, optionProblems } from '../rules.ts'
import { deliveryMoments, fieldKinds, groupLayouts, optionKinds, productKinds } from '../product.ts'
import { readConditions } from './read-conditions.ts'
import { cyclesOf, readBundle, readGift, readPriceList, readPriceRule } from './read-offers.ts'
import { readAllPrices, readMoney, type Reading } from './read-prices.ts'
import { readTerms } from './read-terms.ts'
import type { Entry, FileReader } from './reader.ts'
import type {
  CatalogFile,
  FileCoupon,
  FileField,
  FileGroup,
  FileOption,
  FileProduct,
  FileValue,
} from './shape.ts'
import {
  choice,
  day,
  flag,
  KEY,
  LONG,
  NAME,
  optionalText,
  requiredText,
  SHORT,
  SLUG,
  texts,
  whole,
} from './values.ts'

const FILE_KEYS = [
  ...[
    'berth_catalog',
    'retire_missing',
    'price_lists',
    'price_rules',
    'groups',
    'coupons',
    'bundles',
    'gifts',
  ],
]

/** Reads a whole file. Problems are collected in the reader; with problems the answer is not to be used. */
export function readCatalogFile(reader: FileReader, currencies: readonly string[]): CatalogFile {
  const file: CatalogFile = {
    ...{ price_lists: [], price_rules: [], groups: [], coupons: [], bundles: [], gifts: [] },
    retireMissing: false,
  }
  const fields = reader.map(reader.root, FILE_KEYS)
  if (!fields) return file
  choice(reader, fields.get('berth_catalog'), ['1'])
  file.retireMissing = flag(reader, fields.get('retire_missing')) ?? false
  const read: Reading = { reader, currencies }
  file.price_lists = list(read, fields.get('price_lists'), readPriceList)
  file.price_rules = list(read, fields.get('price_rules'), readPriceRule)
  file.groups = list(read, fields.get('groups'), readGroup)
  file.coupons = list(read, fields.get('coupons'), readCoupon)
  file.bundles = list(read, fields.get('bundles'), readBundle)
  file.gifts = list(read, fields.get('gifts'), readGift)
  return file
}

function list<T>(
  read: Reading,
  entry: Entry | undefined,
  one: (read: Reading, entry: Entry) => T | undefined,
): T[] {
  return (read.reader.list(entry) ?? []).flatMap((item) => one(read, item) ?? [])
}

function readGroup(read: Reading, entry: Entry): FileGroup | undefined {
  const { reader } = read
  const keys = ['slug', 'name', 'headline', 'description', 'layout', 'hidden', 'groups', 'products']
  const fields = reader.map(entry, keys)
  if (!fields) return undefined
  return {
    entry,
    slug: requiredText(reader, { parent: entry, fields, key: 'slug' }, SLUG),
    name: requiredText(reader, { parent: entry, fields, key: 'name' }, NAME),
    headline: optionalText(reader, fields.get('headline'), SHORT),
    description: optionalText(reader, fields.get('description'), LONG),
    layout: choice(reader, fields.get('layout'), groupLayouts),
    hidden: flag(reader, fields.get('hidden')),
    groups: list(read, fields.get('groups'), readGroup),
    products: list(read, fields.get('products'), readProduct),
  }
}

const PRODUCT_KEYS = [
  ...[
    'slug',
    'name',
    'kind',
    'status',
    'summary',
    'description',
    'features',
    'featured',
    'tax_class',
    'stock',
  ],
  ...['delivery_on', 'plugin', 'server_group', 'settings', 'grace_days', 'terminate_days'],
  ...['periods', 'trial', 'prices', 'list_prices', 'options', 'fields', 'addons'],
]

function readProduct(read: Reading, entry: Entry): FileProduct | undefined {
  const { reader } = read
  const fields = reader.map(entry, PRODUCT_KEYS)
  if (!fields) return undefined
  const get = (key: string) => fields.get(key)
  return {
    entry,
    slug: requiredText(reader, { parent: entry, fields, key: 'slug' }, SLUG),
    name: requiredText(reader, { parent: entry, fields, key: 'name' }, NAME),
    kind: choice(reader, get('kind'), productKinds) ?? 'other',
    status: choice(reader, get('status'), ['draft', 'active', 'hidden']),
    summary: optionalText(reader, get('summary'), SHORT),
    description: optionalText(reader, get('description'), LONG),
    features: texts(reader, get('features'), SHORT),
    featured: flag(reader, get('featured')),
    tax_class: optionalText(reader, get('tax_class'), KEY) ?? undefined,
    stock: whole(reader, get('stock')),
    delivery_on: choice(reader, get('delivery_on'), deliveryMoments),
    plugin: optionalText(reader, get('plugin'), SHORT),
    server_group: optionalText(reader, get('server_group'), SHORT),
    module_settings: reader.settings(get('settings')),
    grace_days: whole(reader, get('grace_days')),
    terminate_days: whole(reader, get('terminate_days')),
    terms: readTerms(read, { periods: get('periods'), trial: get('trial') }),
    prices: readAllPrices(read, fields, { steps: false }),
    options: list(read, get('options'), readOption),
    fields: fields.has('fields') ? list(read, get('fields'), readField) : undefined,
    addons: (reader.list(get('addons')) ?? []).map((item) => ({
      entry: item,
      slug: optionalText(reader, item, SLUG) ?? '',
    })),
  }
}

const OPTION_KEYS = [
  ...['key', 'name', 'kind', 'hint', 'unit', 'required', 'minimum', 'maximum', 'step', 'preset', 'setting'],
  ...['changeable', 'conditions', 'values', 'prices', 'list_prices'],
]

function readOption(read: Reading, entry: Entry): FileOption | undefined {
  const { reader } = read
  const fields = reader.map(entry, OPTION_KEYS)
  if (!fields) return undefined
  const get = (key: string) => fields.get(key)
  const option: FileOption = {
    entry,
    key: requiredText(reader, { parent: entry, fields, key: 'key' }, KEY),
    name: requiredText(reader, { parent: entry, fields, key: 'name' }, NAME),
    kind: choice(reader, get('kind'), optionKinds) ?? 'list',
    hint: optionalText(reader, get('hint'), SHORT),
    unit: optionalText(reader, get('unit'), KEY_OR_UNIT),
    required: flag(reader, get('required')),
    minimum: whole(reader, get('minimum')),
    maximum: whole(reader, get('maximum')),
    step: whole(reader, get('step'), 1),
    preset: optionalText(reader, get('preset'), KEY),
    setting: optionalText(reader, get('setting'), SHORT),
    changeable: flag(reader, get('changeable')),
    conditions: readConditions(read, get('conditions')),
    values: list(read, get('values'), readValue),
    prices: readAllPrices(read, fields),
  }
  checkOption(reader, fields, option)
  return option
}

const KEY_OR_UNIT = { expected: 'a unit such as GB', max: 40 }

function checkOption(reader: FileReader, fields: ReadonlyMap<string, Entry>, option: FileOption): void {
  const { entry, kind, values, prices } = option
  const { minimum = null, maximum = null, step = null, preset = null } = option
  const hasValues = kind === 'list' || kind === 'radio'
  if (!fields.has('kind')) reader.refuse(entry, 'has no kind', `kind: one of ${optionKinds.join(', ')}`)
  if (hasValues && values.length === 0)
    reader.refuse(entry, `is a ${kind} without values`, 'values: with key and label')
  if (!hasValues && values.length > 0)
    reader.refuse(entry, `is a ${kind} with values`, 'values under a list or radio only')
  if (hasValues && prices.length > 0)
    reader.refuse(entry, `is a ${kind} with a price of its own`, 'prices under each value')
  const counted = kind === 'quantity' || kind === 'number'
  if (!counted && [...prices, ...values.flatMap((value) => value.prices)].some(({ scheme }) => scheme))
    reader.refuse(entry, `is a ${kind} whose price has steps`, 'a scheme for kinds quantity and number only')
  const shape = { kind, minimum, maximum, step, preset }
  for (const [field, reason] of Object.entries(
    optionProblems(
      shape,
      values.map((value) => value.key),
    ),
  ))
    reader.refuse(fields.get(field) ?? entry, reason, `a ${field} that fits the option`)
}

function readValue(read: Reading, entry: Entry): FileValue | undefined {
  const { reader } = read
  const fields = reader.map(entry, [
    ...['key', 'label', 'module_value', 'server_group', 'conditions', 'prices', 'list_prices'],
  ])
  if (!fields) return undefined
  return {
    entry,
    key: requiredText(reader, { parent: entry, fields, key: 'key' }, KEY),
    label: requiredText(reader, { parent: entry, fields, key: 'label' }, NAME),
    module_value: optionalText(reader, fields.get('module_value'), SHORT),
    server_group: optionalText(reader, fields.get('server_group'), SHORT),
    conditions: readConditions(read, fields.get('conditions')),
    prices: readAllPrices(read, fields),
  }
}

function readField({ reader }: Reading, entry: Entry): FileField | undefined {
  const keys = ['key', 'label', 'kind', 'hint', 'choices', 'pattern', 'required', 'setting']
  const fields = reader.map(entry, keys)
  if (!fields) return undefined
  const field: FileField = {
    entry,
    key: requiredText(reader, { parent: entry, fields, key: 'key' }, KEY),
    label: requiredText(reader, { parent: entry, fields, key: 'label' }, NAME),
    kind: choice(reader, fields.get('kind'), fieldKinds) ?? 'text',
    hint: optionalText(reader, fields.get('hint'), SHORT),
    choices: texts(reader, fields.get('choices'), NAME),
    pattern: optionalText(reader, fields.get('pattern'), SHORT),
    required: flag(reader, fields.get('required')),
    setting: optionalText(reader, fields.get('setting'), SHORT),
  }
  const { kind, choices = [], pattern = null } = field
  for (const [name, reason] of Object.entries(fieldProblems({ kind, choices, pattern })))
    reader.refuse(fields.get(name) ?? entry, reason, `${name} that fit the kind ${kind}`)
  return field
}

const COUPON_KEYS = [
  ...['code', 'percent', 'amount', 'currency', 'products', 'only_cycles', 'cycles', 'starts_on', 'ends_on'],
  ...['uses_max', 'uses_per_client', 'form', 'groups', 'required_products', 'only_currencies', 'buyers'],
  ...['minimum', 'minimum_currency', 'stackable', 'automatic'],
]
const CODE = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_-]*$/,
  expected: 'letters and digits, such as SUMMER26',
  max: 40,
}

function readCoupon(read: Reading, entry: Entry): FileCoupon | undefined {
  const { reader } = read
  const fields = reader.map(entry, COUPON_KEYS)
  if (!fields) return undefined
  const get = (key: string) => fields.get(key)
  return {
    entry,
    code: requiredText(reader, { parent: entry, fields, key: 'code' }, CODE).toUpperCase(),
    ...readWorth(read, entry, fields),
    products: links(reader, get('products')),
    required_products: links(reader, get('required_products')),
    groups: links(reader, get('groups')),
    only_currencies: reader
      .list(get('only_currencies'))
      ?.flatMap((item) => choice(reader, item, read.currencies) ?? []),
    buyers: choice(reader, get('buyers'), couponBuyers),
    ...readMinimum(read, fields),
    stackable: flag(reader, get('stackable')),
    automatic: flag(reader, get('automatic')),
    only_cycles: get('only_cycles') && cyclesOf(read, get('only_cycles')),
    cycles: whole(reader, get('cycles'), 1),
    starts_on: day(reader, get('starts_on')),
    ends_on: day(reader, get('ends_on')),
    uses_max: whole(reader, get('uses_max'), 1),
    uses_per_client: whole(reader, get('uses_per_client'), 1),
  }
}

const links = (reader: FileReader, entry: Entry | undefined) =>
  reader.list(entry)?.map((item) => ({ entry: item, slug: optionalText(reader, item, SLUG) ?? '' }))

function readMinimum({ reader, currencies }: Reading, fields: ReadonlyMap<string, Entry>) {
  const minimum = fields.get('minimum')
  if (!minimum) return { minimum_minor: undefined, minimum_currency: undefined }
  const currency = choice(reader, fields.get('minimum_currency'), currencies)
  if (currency) return { minimum_minor: readMoney(reader, minimum, currency), minimum_currency: currency }
  if (!fields.has('minimum_currency'))
    reader.refuse(minimum, 'has no currency', `minimum_currency: ${currencies[0]}`)
  return { minimum_minor: undefined, minimum_currency: undefined }
}

const HUNDRED_PERCENT = 1_000_000

function readWorth({ reader, currencies }: Reading, entry: Entry, fields: ReadonlyMap<string, Entry>) {
  const percent = fields.get('percent')
  const amount = fields.get('amount')
  const form = choice(reader, fields.get('form'), discountKinds)
  const kind: DiscountKind = form ?? (amount === undefined ? 'percent' : 'fixed')
  const nothing = { kind, percent_ppm: 0, currency: null, amount_minor: null }
  if (kind === 'free' && !percent && !amount) return { ...nothing, percent_ppm: HUNDRED_PERCENT }
  if ((percent === undefined) === (amount === undefined)) {
    reader.refuse(entry, 'states no worth, or two', 'either percent, or amount with currency')
    return nothing
  }
  if (percent) {
    const percent_ppm = readPercent(reader.scalar(percent) ?? '')
    if (percent_ppm !== null && percent_ppm > 0 && percent_ppm <= 1_000_000)
      return { ...nothing, percent_ppm }
    reader.refuse(percent, 'is not a percentage', 'a number above 0 and at most 100')
    return nothing
  }
  const currency = choice(reader, fields.get('currency'), currencies)
  if (!currency) {
    if (!fields.has('currency'))
      reader.refuse(entry, 'has an amount without currency', `currency: ${currencies[0]}`)
    return nothing
  }
  const amount_minor = readMoney(reader, amount!, currency)
  return { kind, percent_ppm: null, currency, amount_minor }
}
