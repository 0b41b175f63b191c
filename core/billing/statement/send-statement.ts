import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql } from '../../db/index.ts'
import { addFile, type StoredFile } from '../../files/index.ts'
import type { Translate } from '../../i18n/index.ts'
import { enterMail } from '../../mail/index.ts'
import { defineVerb, type Means } from '../../records/index.ts'
import { renderStatementPdf } from '../../render/index.ts'
import { documentParties, type DocumentMeans } from '../documents/index.ts'
import { documentStyle, type FrozenLayout } from '../layout/document-layout.ts'
import { buyerJson, loadBuyers, loadSeller } from '../parties.ts'
import { movementName, readStatement, StatementPeriod, type Statement } from './read-statement.ts'

/** The statement as a PDF in a language, as documents of its brand look today. */
export async function statementPdf(
  means: Means,
  statement: Statement,
  { t, locale }: { t: Translate; locale: string },
): Promise<Buffer> {
  const { brandId, clientId } = statement
  const seller = (await loadSeller(means.db, brandId, clientId)).sellerJson
  const buyer = buyerJson((await loadBuyers(means.db, [clientId])).get(clientId)!)
  const parties = documentParties({ seller, buyer }, locale)
  return renderStatementPdf(
    {
      ...{ seller: parties.seller, client: parties.buyer, currency: statement.currency, locale },
      ...{ from: statement.from, to: statement.to },
      ...{ openingMinor: statement.openingMinor, closingMinor: statement.closingMinor },
      entries: statement.entries.map((entry) => ({
        ...{
          on: entry.on,
          text: t(`documents.statement.kind.${movementName(entry.kind)}`),
          reference: entry.reference,
        },
        ...{ amountMinor: entry.amountMinor, balanceMinor: entry.balanceMinor },
      })),
    },
    {
      t,
      style: await documentStyle(means.files, JSON.parse(seller) as { layout?: FrozenLayout }, locale),
      onMissing: (characters) => means.log.warn({ characters }, 'no font has these characters'),
    },
  )
}

export const statementName = ({ from, to }: Pick<Statement, 'from' | 'to'>): string =>
  `statement-${from}-${to}.pdf`

/** Sends a statement to the client by mail, as a PDF. */
export const sendStatement = defineVerb(
  {
    permission: 'statement.send',
    asksNobody: 'it is a mail, which plugins shape',
    audience: ['staff'],
    input: Type.Object(StatementPeriod),
  },
  async (means: DocumentMeans, input, actor): Promise<void> => {
    const statement = await readStatement(means, input, { ...actor })
    const client = await means.db.get<{ name: string; email: string; locale: string }>(
      sql`select name, email, locale from clients where id = ${statement.clientId}`,
    )
    const locale = client!.locale
    const bytes = await statementPdf(means, statement, { t: means.translator(locale), locale })
    const name = statementName(statement)
    const file: StoredFile = {
      ...{ id: means.newId('fil'), sha256: await means.files.keep(bytes), media_type: 'application/pdf' },
      ...{ bytes: bytes.length, file_name: name, created_at: means.clock.now() },
    }
    const { clientId, brandId, from, to } = statement
    await means.db.transaction(async (trx) => {
      const fileId = await addFile(trx, file)
      await recordAudit(means, trx, actor, [
        { action: 'statement.send', subject: clientId, clientId, brandId, after: { from, to } },
      ])
      await enterMail(means, trx, {
        template: 'statement-of-account',
        to: { address: client!.email, name: client!.name },
        ...{ client_id: clientId, brand_id: brandId, subject_of: clientId, locale },
        data: {
          ...{ from, to, url: `/portal/statement?from=${from}&to=${to}` },
          balance: { minor: statement.closingMinor.toString(), currency: statement.currency },
        },
        attachments: [{ file_id: fileId, name }],
      })
    })
  },
)
