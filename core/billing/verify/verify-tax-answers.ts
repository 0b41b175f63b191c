import type { TaxAnswer, TaxQuestion } from '../../../sdk/index.ts'
import { list, sql, type Queries } from '../../db/index.ts'
import { remoteQuestion } from '../ask-remote-taxes.ts'
import { ratesOf } from '../determine-taxes.ts'
import { ratePpmOf } from '../document-rows.ts'
import type { InvoiceLineRow } from '../invoice.ts'
import type { Finding } from './check.ts'

const BATCH = 500

/** A document whose evidence names an answer has it, as it was asked for, and bears on each line what it says. */
export async function verifyTaxAnswers(queries: Queries): Promise<Finding[]> {
  const findings: Finding[] = []
  for (let after = ''; ;) {
    const documents = await queries.all<Asked>(sql`
      select id, currency, issued_on, proforma_number, locale, evidence from invoices
      where evidence like ${'%"tax_answer":%'} and status <> 'draft' and id > ${after} order by id limit ${BATCH}`)
    if (documents.length === 0) return findings
    const kept = await keptOf(queries, documents)
    const lines = await linesOf(queries, documents)
    for (const one of documents) {
      const problem = problemOf(one, kept.get(answerOf(one)), lines.get(one.id) ?? [])
      if (problem !== undefined)
        findings.push({ check: 'tax of an outside service is what it answered', id: one.id, problem })
    }
    after = documents.at(-1)!.id
  }
}

interface Asked {
  id: string
  currency: string
  issued_on: string
  /** What was a proforma was taxed on an earlier day. */
  proforma_number: string | null
  locale: string
  evidence: string
}

interface Kept {
  id: string
  instance_id: string
  question: string
  answer: string
}

type Line = Pick<
  InvoiceLineRow,
  'invoice_id' | 'position' | 'amount_minor' | 'tax_class' | 'tax_name' | 'tax_rate_ppm'
>

const answerOf = ({ evidence }: Asked): string => (JSON.parse(evidence) as { tax_answer: string }).tax_answer

async function keptOf(queries: Queries, documents: readonly Asked[]): Promise<Map<string, Kept>> {
  const ids = [...new Set(documents.map(answerOf))]
  const rows = await queries.all<Kept>(
    sql`select id, instance_id, question, answer from tax_answers where id in (${list(ids)})`,
  )
  return new Map(rows.map((row) => [row.id, row]))
}

async function linesOf(queries: Queries, documents: readonly Asked[]): Promise<Map<string, Line[]>> {
  const rows = await queries.all<Line>(sql`
    select invoice_id, position, amount_minor, tax_class, tax_name, tax_rate_ppm from invoice_lines
    where invoice_id in (${list(documents.map(({ id }) => id))})`)
  return Map.groupBy(rows, (row) => row.invoice_id)
}

function problemOf(document: Asked, kept: Kept | undefined, lines: readonly Line[]): string | undefined {
  if (!kept) return 'the answer by which it is taxed is not kept'
  const question = JSON.parse(kept.question) as TaxQuestion
  const answer = JSON.parse(kept.answer) as TaxAnswer
  if (remoteQuestion(kept.instance_id, question).id !== kept.id)
    return 'its question is not the one that was asked'
  if (question.currency !== document.currency) return `asked for in ${question.currency}`
  if (document.proforma_number === null && question.supplied_on !== document.issued_on)
    return `asked for the ${question.supplied_on}, issued on ${document.issued_on}`
  return question.lines.map((asked) => lineProblem(asked, { answer, document, lines })).find(Boolean)
}

function lineProblem(
  asked: TaxQuestion['lines'][number],
  { answer, document, lines }: { answer: TaxAnswer; document: Asked; lines: readonly Line[] },
): string | undefined {
  const position = Number(asked.key) + 1
  const line = lines.find((one) => one.position === position)
  const said = answer.lines.find(({ key }) => key === asked.key)
  if (!line || !said) return `line ${position} was asked about and is not there`
  if (String(line.amount_minor) !== asked.net_minor || line.tax_class !== asked.tax_class)
    return `line ${position} was asked about as ${asked.net_minor} of ${asked.tax_class}`
  const rates = ratesOf(said, answer.notes, document.locale)
  const name = rates.map((rate) => rate.name).join(' + ') || null
  return ratePpmOf(rates) === line.tax_rate_ppm && name === line.tax_name
    ? undefined
    : `line ${position} bears ${line.tax_name} at ${line.tax_rate_ppm}, the answer says ${name} at ${ratePpmOf(rates)}`
}
