export * from './change-layout.ts'
export * from './document-layout.ts'
export * from './sample-pdf.ts'
