import { fileName, keepDocument, readEInvoice } from '../../../billing/index.ts'
import { getFile } from '../../../files/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import type { RouteCtx } from '../../context.ts'
import { requireClient } from '../../page/index.ts'
import { readInvoice } from './show.ts'

/** The structured twin of the document. */
export async function sendXml(ctx: RouteCtx): Promise<void> {
  const { actor } = requireClient(ctx)
  const { format } = ctx.query
  const input = { invoice_id: ctx.params.invoiceId, ...(format === undefined ? {} : { format }) }
  const { name, xml } = await readEInvoice(ctx.state.deps, input, actor)
  ctx.type = 'application/xml'
  ctx.attachment(name)
  ctx.body = xml
}

/** The PDF as it is kept; a document that nobody has opened yet is printed now. */
export async function sendPdf(ctx: RouteCtx): Promise<void> {
  const { deps } = ctx.state
  const invoice = await readInvoice(ctx)
  const translator = (locale: string) => deps.messages.translator(locale)
  const file = await getFile(deps.db, await keepDocument({ ...deps, translator }, invoice))
  if (!file) throw NotFound({ what: 'file', id: invoice.id })
  ctx.type = file.media_type
  ctx.attachment(fileName(invoice), { type: 'inline' })
  ctx.body = await deps.files.read(file.sha256)
}
