import type { Conformance } from '../../../sdk/test-kit/index.ts'
const invoice = {
  id: 'doc_1',
  kind: 'invoice',
  number: 'INV-1',
  issued_on: '2026-11-01',
  due_on: '2026-11-15',
  currency: 'EUR',
  seller: { name: 'Berth', country: 'DE' },
  buyer: { client_id: 'cli_1', name: '=Ann "A"', country: 'DE' },
  lines: [],
  net_minor: '1000',
  tax_minor: '190',
  gross_minor: '1190',
}

export default {
  inputs: {
    write_file: [{ format: 'csv', from: '2026-11-01', until: '2026-12-01', documents: [invoice] }],
  },
  answers: {
    write_file: [
      {
        name: 'documents-2026-11-01-2026-12-01.csv',
        type: 'text/csv',
        text:
          'number,issued_on,buyer,net_minor,tax_minor,gross_minor,currency\r\n' +
          `"INV-1","2026-11-01","'=Ann ""A""","1000","190","1190","EUR"\r\n`,
      },
    ],
  },
} satisfies Conformance
