export * from './invoice-link.ts'
export * from './pay-by-link.ts'
