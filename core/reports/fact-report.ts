import { all, join, name, sql, type Queries, type Row, type Sql } from '../db/index.ts'
import {
  DOCUMENTS_SHOWN,
  type Report,
  type ReportDocument,
  type ReportQuery,
  type ReportRow,
  type ReportShape,
} from './report.ts'

export interface FactReport extends ReportShape {
  /**
   * One row a fact: document_id, currency, a text column for each group and a "…_minor" column for each figure. The
   * report adds them up by group, a row of it opens into the same facts added up by document: both are one truth.
   */
  facts: (query: ReportQuery, dialect: Queries['dialect']) => Sql
  /** What the id of a document is, for its name and client. */
  subject: 'invoices' | 'payments'
}

export function factReport(of: FactReport): Report {
  const { facts, subject, ...shape } = of
  return {
    ...shape,
    rows: async (queries, query) => {
      const groups = join([...shape.groups.map(({ key }) => name(`f.${key}`)), sql`f.currency`], ', ')
      const rows = await queries.all<Row>(sql`
        select ${groups}, count(distinct f.document_id) as documents, ${sums(shape)}
        from (${facts(query, queries.dialect)}) f group by ${groups} order by ${groups}`)
      return rows
        .filter((row) => shape.figures.some(({ key }) => row[`${key}_minor`] !== 0n))
        .map(rowOf(shape))
    },
    documents: async (queries, query, { place, after, limit = DOCUMENTS_SHOWN }) => {
      const where = [
        sql`f.currency = ${place.currency}`,
        ...shape.groups.flatMap(({ key }) => {
          const value = place.groups[key]
          return value === undefined ? [] : [sql`${name(`f.${key}`)} = ${value}`]
        }),
        ...(after === undefined ? [] : [sql`f.document_id < ${after}`]),
      ]
      const rows = await queries.all<DocumentRow>(sql`
        select d.*, ${subjectColumns(subject)} from (select f.document_id, ${sums(shape)}
          from (${facts(query, queries.dialect)}) f where ${all(where)}
          group by f.document_id order by f.document_id desc limit ${limit + 1}) d
        ${subjectJoins(subject)} order by d.document_id desc`)
      return rows.map(documentOf(shape))
    },
  }
}

const sums = ({ figures }: ReportShape): Sql =>
  join(
    figures.map(({ key }) => sql`sum(${name(`f.${key}_minor`)}) as ${name(`${key}_minor`)}`),
    ', ',
  )

const rowOf =
  (shape: ReportShape) =>
  (row: Row): ReportRow => ({
    currency: String(row.currency),
    groups: Object.fromEntries(shape.groups.map(({ key }) => [key, String(row[key] ?? '')])),
    figures: figuresOf(shape, row),
    documents: Number(row.documents),
  })

const figuresOf = (shape: ReportShape, row: Row): Record<string, bigint> =>
  Object.fromEntries(shape.figures.map(({ key }) => [key, row[`${key}_minor`] as bigint]))

interface DocumentRow {
  document_id: string
  title: string | null
  client_id: string | null
  client: string | null
}

const documentOf =
  (shape: ReportShape) =>
  (row: DocumentRow): ReportDocument => ({
    id: row.document_id,
    title: row.title ?? row.document_id,
    client_id: row.client_id,
    client: row.client,
    figures: figuresOf(shape, row as unknown as Row),
  })

function subjectColumns(subject: FactReport['subject']): Sql {
  const title = subject === 'invoices' ? sql`x.number` : sql`coalesce(x.reference, x.id)`
  return sql`${title} as title, x.client_id, coalesce(c.company, c.name) as client`
}

const subjectJoins = (subject: FactReport['subject']): Sql =>
  sql`left join ${name(subject)} x on x.id = d.document_id left join clients c on c.id = x.client_id`
