export * from './billing-consumers.ts'
export * from './drop-renewals.ts'
export * from './keep-document.ts'
export * from './line-text.ts'
