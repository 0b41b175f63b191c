export * from './document-links.ts'
export * from './merge-invoices.ts'
export * from './split-invoice.ts'
