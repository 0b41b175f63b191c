import type { Router } from '@koa/router'
import type { State } from '../../context.ts'
import { listInvoices } from './list.ts'
import { comeBack, showPay, takeCredit, takeParts, takePay, takeSaidPaid } from './pay.ts'
import { sendPdf, sendXml } from './pdf.ts'
import { readInvoice, showInvoice } from './show.ts'
import { showUpcoming } from './upcoming.ts'

export function invoiceRoutes(router: Router<State>): void {
  router.get('/portal/invoices', listInvoices)
  router.get('/portal/invoices/upcoming', showUpcoming)
  router.get('/portal/invoices/:invoiceId.pdf', sendPdf)
  router.get('/portal/invoices/:invoiceId.xml', sendXml)
  router.get('/portal/invoices/:invoiceId', async (ctx) => {
    const { payment } = ctx.query
    if (typeof payment === 'string') await comeBack(ctx, await readInvoice(ctx), payment)
    else await showInvoice(ctx)
  })
  router.get('/portal/invoices/:invoiceId/pay', showPay)
  router.post('/portal/invoices/:invoiceId/pay', takePay)
  router.post('/portal/invoices/:invoiceId/said-paid', takeSaidPaid)
  router.post('/portal/invoices/:invoiceId/use-credit', takeCredit)
  router.post('/portal/invoices/:invoiceId/instalments', takeParts)
}
