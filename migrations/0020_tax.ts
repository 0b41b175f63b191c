import { addColumn, createTable, type Trx } from '../core/db/index.ts'

/** Tax by place, kind of buyer and day; checked tax ids, exemptions, evidence of place, e-invoices and faktur numbers. */
export async function up(trx: Trx): Promise<void> {
  await rules(trx)
  await buyers(trx)
  await documents(trx)
}

async function rules(trx: Trx): Promise<void> {
  const columns = {
    // any, consumer, business (with a tax id that was found valid) or exempt.
    buyer_kind: "text = 'any'",
    treatment: "text = 'standard'",
    // Sentences that the law wants on the document, by language.
    notes: "json = '{}'",
    // The part of the price that is taxed: 11/12 in Indonesia.
    base_numerator: 'int = 1',
    base_denominator: 'int = 1',
    round_whole: 'flag = 0',
    round_down: 'flag = 0',
    postcode_from: 'text?',
    postcode_to: 'text?',
  }
  for (const [column, words] of Object.entries(columns)) await addColumn(trx, 'tax_rules', column, words)
  await addColumn(trx, 'sellers', 'tax_rounding', "text = 'document'")
}

async function buyers(trx: Trx): Promise<void> {
  const columns = {
    // Country and id that were found valid, so that a change of either takes the answer away.
    tax_id_valid_for: 'text?',
    tax_id_valid_through: 'day?',
    tax_id_checked_at: 'instant?',
    // BT-10 of EN 16931, such as the Leitweg-ID of a German authority.
    buyer_reference: 'text?',
    // BT-49: scheme and address, "0204:991-12345-67".
    electronic_address: 'text?',
  }
  for (const [column, words] of Object.entries(columns)) await addColumn(trx, 'clients', column, words)
  await createTable(
    trx,
    'tax_id_checks',
    {
      id: 'text',
      client_id: 'ref clients',
      country: 'text',
      tax_id: 'text',
      outcome: 'text',
      source: 'text',
      name: 'text?',
      address: 'text?',
      // The register's proof of the question: the consultation number of VIES.
      reference: 'text?',
      reason: 'text?',
      checked_by: 'text',
      checked_at: 'instant',
    },
    { index: { ix_tax_id_checks_client: 'client_id, id' } },
  )
  await createTable(
    trx,
    'tax_exemptions',
    {
      id: 'text',
      client_id: 'ref clients',
      number: 'text',
      authority: 'text',
      country: 'text?',
      tax_classes: 'json',
      file_id: 'text?',
      starts_on: 'day',
      ends_on: 'day?',
      withdrawn_at: 'instant?',
      note: 'text?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { index: { ix_tax_exemptions_client: 'client_id, id', ix_tax_exemptions_end: 'ends_on' } },
  )
  await createTable(
    trx,
    'place_evidence',
    {
      id: 'text',
      client_id: 'ref clients',
      kind: 'text',
      country: 'text',
      source: 'text',
      noted_at: 'instant',
    },
    // The newest word of each kind counts.
    { unique: { uq_place_evidence_kind: 'client_id, kind' } },
  )
}

async function documents(trx: Trx): Promise<void> {
  await addColumn(trx, 'invoices', 'tax_notes', 'json?')
  await addColumn(trx, 'invoices', 'tax_rounding', "text = 'document'")
  await addColumn(trx, 'invoice_taxes', 'treatment', "text = 'standard'")
  await createTable(
    trx,
    'faktur_numbers',
    { invoice_id: 'ref invoices', number: 'text', entered_by: 'text', entered_at: 'instant' },
    { primary: 'invoice_id', unique: { uq_faktur_numbers_number: 'number' } },
  )
}
