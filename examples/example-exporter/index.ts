import { definePlugin } from '../../sdk/index.ts'

export default definePlugin({
  exporter: () => ({
    list_formats: () => Promise.resolve({ formats: [{ key: 'csv', label: 'CSV' }] }),
    /** Pure: an auditor gets the same bytes next year. */
    write_file({ from, until, documents }) {
      const rows = documents.map(
        ({ number, issued_on, buyer, net_minor, tax_minor, gross_minor, currency }) =>
          [number, issued_on, buyer.name, net_minor, tax_minor, gross_minor, currency].map(cell).join(','),
      )
      const text = ['number,issued_on,buyer,net_minor,tax_minor,gross_minor,currency', ...rows, ''].join(
        '\r\n',
      )
      return Promise.resolve({ name: `documents-${from}-${until}.csv`, type: 'text/csv', text })
    },
  }),
})

/** Quoted; a leading sign of a formula is defused, because spreadsheets would run it. */
const cell = (text: string) => `"${text.replace(/^(?=[=+@\t\r])|^(?=-\D)/, "'").replaceAll('"', '""')}"`
