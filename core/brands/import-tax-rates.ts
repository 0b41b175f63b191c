import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { all, list, sql, type Trx } from '../db/index.ts'
import { BerthError, invalidInput, isoDate, type IsoDate } from '../kernel/index.ts'
import { checkInput, defineVerb, type Means } from '../records/index.ts'
import { findReachableSeller } from './sellers.ts'
import { Day, Rule, ruleRow, type NewRule } from './tax-rule-shape.ts'

const COLUMNS = [
  ...['country', 'region', 'postcode_from', 'postcode_to', 'tax_class', 'buyer_kind', 'level'],
  ...['name', 'rate', 'treatment', 'starts_on', 'ends_on'],
]
const NEEDED = ['country', 'name', 'rate', 'starts_on']
const LINES_MAX = 100_000
const RuleInput = Type.Object(Rule)

/**
 * A table of rates by state and postcode, as CSV with a head: all of it or nothing. With `replaces_on` the rates by
 * postcode of the same countries end on that day, so that a new table follows an old one.
 */
export const importTaxRates = defineVerb(
  {
    permission: 'tax_rule.import',
    audience: ['staff'],
    input: Type.Object({
      seller_id: Type.String(),
      csv: Type.String({ maxLength: 12_000_000 }),
      replaces_on: Type.Optional(Day),
    }),
  },
  async (means: Means, { seller_id, csv, replaces_on }, actor): Promise<{ added: number; ended: number }> => {
    const rows = readRates(csv).map((line) => rowOf(means, seller_id, line))
    const now = means.business.now()
    return means.db.transaction(async (trx) => {
      const seller = await findReachableSeller(trx, actor, seller_id)
      const countries = [...new Set(rows.map((row) => row.country))]
      const replaced = replaces_on === undefined ? null : isoDate(replaces_on)
      const ended =
        replaced === null ? 0 : await endTables(trx, { seller: seller.id, countries, on: replaced, now })
      const standing = await trx.all<NewRule>(sql`
        select * from tax_rules where seller_id = ${seller.id} and country in (${list(countries)})`)
      refuseClashes([
        ...standing.map((rule) => ({ rule, line: 0 })),
        ...rows.map((rule, i) => ({ rule, line: i + 2 })),
      ])
      await trx.insert(
        'tax_rules',
        rows.map((row) => ({ ...row, created_at: now, updated_at: now })),
      )
      const after = { added: rows.length, ended, countries }
      await recordAudit(means, trx, actor, [{ action: 'tax_rule.import', subject: seller.id, after }])
      return { added: rows.length, ended }
    })
  },
)

interface CsvLine {
  line: number
  values: Readonly<Record<string, string>>
}

function readRates(csv: string): CsvLine[] {
  const [head = '', ...lines] = csv.replace(/^\ufeff/, '').split(/\r?\n/)
  const mark = head.includes(';') ? ';' : ','
  const cells = (text: string) => text.split(mark).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
  const names = cells(head.toLowerCase())
  const missing = NEEDED.find((name) => !names.includes(name))
  if (missing) throw invalidInput({ csv: `line 1: the column "${missing}" is missing` })
  const unknown = names.find((name) => !COLUMNS.includes(name))
  if (unknown !== undefined) throw invalidInput({ csv: `line 1: "${unknown}" is not a column` })
  const filled = lines.map((text, i) => ({ text, line: i + 2 })).filter(({ text }) => text.trim() !== '')
  if (filled.length === 0) throw invalidInput({ csv: 'has no rates' })
  if (filled.length > LINES_MAX) throw invalidInput({ csv: `has more than ${LINES_MAX} lines` })
  return filled.map(({ text, line }) => {
    const values = cells(text)
    if (values.length !== names.length)
      throw invalidInput({ csv: `line ${line}: has ${values.length} columns, the head has ${names.length}` })
    return { line, values: Object.fromEntries(names.map((name, i) => [name, values[i]!])) }
  })
}

/** Two decimals more than a per cent has: 8.8750 is 88 750 ppm. */
const RATE = /^(\d{1,3})(?:\.(\d{1,4}))?$/

function rowOf(means: Means, sellerId: string, { line, values }: CsvLine): NewRule {
  const match = RATE.exec(values.rate ?? '')
  if (!match)
    throw invalidInput({
      csv: `line ${line}, rate: "${values.rate}" is not a per cent such as 8.875, with 4 decimals at most`,
    })
  const text = (name: string) => (values[name] ? { [name]: values[name] } : {})
  const postcodes = values.postcode_from
    ? { postcode_from: values.postcode_from, postcode_to: values.postcode_to || values.postcode_from }
    : {}
  const input = {
    ...{ country: values.country, name: values.name, starts_on: values.starts_on },
    ...{ tax_class: values.tax_class || 'standard', level: Number(values.level || 1) },
    ...{ rate_ppm: Number(match[1]) * 10_000 + Number((match[2] ?? '').padEnd(4, '0')) },
    ...{ ...text('region'), ...text('buyer_kind'), ...text('treatment'), ...text('ends_on'), ...postcodes },
  }
  try {
    return ruleRow(means.newId('tax'), sellerId, checkInput(RuleInput, input))
  } catch (error) {
    if (!(error instanceof BerthError) || error.code !== 'input.invalid') throw error
    const [[field, reason] = ['', error.message]] = Object.entries(error.fields)
    throw invalidInput({ csv: `line ${line}, ${field}: ${reason}` })
  }
}

async function endTables(
  trx: Trx,
  of: { seller: string; countries: readonly string[]; on: IsoDate; now: string },
): Promise<number> {
  const open = all([
    sql`seller_id = ${of.seller}`,
    sql`country in (${list(of.countries)})`,
    sql`postcode_from is not null`,
    sql`starts_on < ${of.on}`,
    sql`(ends_on is null or ends_on > ${of.on})`,
  ])
  return trx.run(
    sql`update tax_rules set ends_on = ${of.on}, updated_at = ${of.now}, version = version + 1 where ${open}`,
  )
}

interface Placed {
  rule: NewRule
  /** 0: it stands already. */
  line: number
}

/** Sorted by place, only neighbours whose postcodes still reach into one another have to be compared. */
function refuseClashes(placed: readonly Placed[]): void {
  const groups = Map.groupBy(placed, ({ rule }) =>
    [rule.country, rule.region, rule.tax_class, rule.level, rule.buyer_kind, rule.postcode_from?.length].join(
      '|',
    ),
  )
  for (const group of groups.values()) {
    group.sort((a, b) => ((a.rule.postcode_from ?? '') < (b.rule.postcode_from ?? '') ? -1 : 1))
    let reaching: Placed[] = []
    for (const one of group) {
      reaching = reaching.filter(({ rule }) => (rule.postcode_to ?? '~') >= (one.rule.postcode_from ?? ''))
      const rival = reaching.find(({ rule }) => sameDays(rule, one.rule))
      if (rival && Math.max(rival.line, one.line) > 0)
        throw invalidInput({
          csv: `line ${Math.max(rival.line, one.line)}, postcode_from: overlaps ${rival.rule.name} of ${rival.rule.postcode_from ?? 'the whole place'} in the same days`,
        })
      reaching.push(one)
    }
  }
}

const sameDays = (a: NewRule, b: NewRule): boolean =>
  a.starts_on < (b.ends_on ?? '9999-12-31') && b.starts_on < (a.ends_on ?? '9999-12-31')
