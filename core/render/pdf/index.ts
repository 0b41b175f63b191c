export type * from './invoice-document.ts'
export * from './render-invoice-pdf.ts'
