import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { BerthError, defineError, type Actor } from '../../kernel/index.ts'
import { defineVerb, type Means } from '../../records/index.ts'
import { exactly, Id } from '../inputs.ts'
import { reachBrand } from '../reach.ts'
import { applyFile } from './apply-file.ts'
import type { ImportReport } from './applying.ts'
import { checkFile } from './check-file.ts'
import { loadCurrent } from './current.ts'
import { readCatalogFile } from './read-file.ts'
import { FileReader, type FileProblem } from './reader.ts'

export const CatalogFileRefused = defineError(
  'catalog.file_refused',
  422,
  (p: { problems: readonly FileProblem[] }) =>
    [
      `The catalogue file has ${p.problems.length} problems; nothing was changed.`,
      ...p.problems.map(lineOf),
    ].join('\n'),
)

/** "12:7 groups.0.slug: is missing; expected lower-case words" */
function lineOf({ line, column, path, reason, expected }: FileProblem): string {
  return `${line}:${column} ${path}: ${reason.replace(/\.$/, '')}; expected ${expected}`
}

const FILE_MAX = 5_000_000

/** Reads a catalogue file into a brand: all of it or nothing. The same file again changes nothing. */
export const importCatalogFile = defineVerb(
  {
    permission: 'catalog.import',
    audience: ['staff'],
    input: exactly({ brand_id: Id, text: Type.String({ maxLength: FILE_MAX }) }),
  },
  (means: Means, input, actor): Promise<ImportReport> =>
    means.db.transaction(async (trx) => {
      const brand = await reachBrand(trx, actor, input.brand_id)
      const reader = new FileReader(input.text)
      const file = readCatalogFile(reader, brand.currencies)
      const current = await loadCurrent(trx, brand.id)
      checkFile(reader, file, current)
      if (reader.problems.length > 0) throw CatalogFileRefused({ problems: sorted(reader.problems) })
      const report: ImportReport = {
        created: 0,
        changed: 0,
        retired: 0,
        unchanged: 0,
        prices: 0,
        warnings: [],
      }
      const facts = {
        brandId: brand.id,
        today: means.business.today(brand.zone),
        retiring: file.retireMissing,
      }
      await applyFile(file, { means, trx, actor, current, report, ...facts })
      const scope = { subject: brand.id, brandId: brand.id }
      await recordAudit(means, trx, actor, [{ ...scope, action: 'catalog.import', after: report }])
      return report
    }),
)

/** The verb as the command line and the sample shop call it. */
export function importCatalog(
  means: Means,
  text: string,
  actor: Actor,
  { brandId }: { brandId: string },
): Promise<ImportReport> {
  return importCatalogFile(means, { brand_id: brandId, text }, actor)
}

/** The problems of a refused file; undefined for every other error. */
export function fileProblems(error: unknown): readonly FileProblem[] | undefined {
  if (!(error instanceof BerthError) || error.code !== CatalogFileRefused.code) return undefined
  return error.params.problems as readonly FileProblem[]
}

function sorted(problems: readonly FileProblem[]): FileProblem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
}
