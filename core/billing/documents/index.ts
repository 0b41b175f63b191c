export * from './billing-consumers.ts'
export * from './keep-document.ts'
