export type * from './invoice-document.ts'
export * from './render-invoice-pdf.ts'
export * from './render-statement-pdf.ts'
export type * from './statement-document.ts'
