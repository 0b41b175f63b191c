import { createTable, type Trx } from '../core/db/index.ts'

/** What every area stands on: settings, events, audit, jobs, timers, files, mail, the test clock. */
export async function up(trx: Trx): Promise<void> {
  await createTable(trx, 'installation', {
    id: 'text',
    kind: 'text',
    clock_offset_ms: 'int = 0',
    setup_token_hash: 'text?',
    set_up_at: 'instant?',
    created_at: 'instant',
    updated_at: 'instant',
  })
  await createTable(
    trx,
    'settings',
    {
      scope: 'text',
      scope_id: 'text',
      key: 'text',
      value: 'json',
      version: 'int = 1',
      updated_by: 'text',
      updated_at: 'instant',
    },
    { primary: 'scope, scope_id, key' },
  )
  await createTable(
    trx,
    'events',
    {
      id: 'text',
      type: 'text',
      version: 'int',
      brand_id: 'text?',
      client_id: 'text?',
      subject: 'text',
      actor: 'text',
      cause: 'text?',
      occurred_at: 'instant',
      body: 'json',
    },
    {
      index: {
        ix_events_subject: 'subject, id',
        ix_events_client: 'client_id, id',
      },
    },
  )
  await createTable(
    trx,
    'event_receipts',
    { event_id: 'text', consumer: 'text', handled_at: 'instant' },
    { primary: 'event_id, consumer' },
  )
  await createTable(
    trx,
    'audit',
    {
      id: 'text',
      action: 'text',
      subject: 'text',
      actor: 'text',
      brand_id: 'text?',
      client_id: 'text?',
      before_state: 'json?',
      after_state: 'json?',
      reason: 'text?',
      request_id: 'text?',
      address: 'text?',
      occurred_at: 'instant',
      seal: 'text?',
    },
    {
      index: {
        ix_audit_subject: 'subject, id',
        ix_audit_client: 'client_id, id',
      },
    },
  )
  await createTable(
    trx,
    'jobs',
    {
      id: 'text',
      task: 'text',
      job_key: 'text?',
      payload: 'json',
      queue: 'text?',
      priority: 'int = 0',
      attempts: 'int = 0',
      max_attempts: 'int',
      run_at: 'instant',
      locked_by: 'text?',
      locked_until: 'instant?',
      dead_at: 'instant?',
      last_error: 'text?',
      created_at: 'instant',
    },
    {
      index: {
        ix_jobs_ready: 'priority, run_at, id where dead_at is null',
        ix_jobs_dead: 'dead_at where dead_at is not null',
        ix_jobs_queue: 'queue, locked_until where queue is not null',
      },
      uniqueWhere: { uq_jobs_key: 'job_key where job_key is not null and dead_at is null' },
    },
  )
  await createTable(trx, 'job_nodes', { id: 'text', beat_at: 'instant' })
  await createTable(trx, 'schedules', {
    id: 'text',
    due_at: 'instant',
    last_started_at: 'instant?',
    last_ended_at: 'instant?',
    last_outcome: 'text?',
    last_result: 'json?',
  })
  await createTable(
    trx,
    'timers',
    {
      id: 'text',
      task: 'text',
      timer_key: 'text',
      payload: 'json',
      queue: 'text?',
      due_at: 'instant',
      created_at: 'instant',
    },
    { unique: { uq_timers_key: 'timer_key' }, index: { ix_timers_due: 'due_at' } },
  )
  await createTable(
    trx,
    'idempotency_keys',
    {
      scope: 'text',
      idempotency_key: 'text',
      request_hash: 'text',
      status: 'int?',
      answer: 'json?',
      created_at: 'instant',
    },
    { primary: 'scope, idempotency_key' },
  )
  await createTable(
    trx,
    'files',
    {
      id: 'text',
      sha256: 'text',
      media_type: 'text',
      bytes: 'int',
      file_name: 'text',
      created_at: 'instant',
    },
    { unique: { uq_files_sha256: 'sha256' } },
  )
  await createTable(
    trx,
    'messages',
    {
      id: 'text',
      brand_id: 'text?',
      client_id: 'text?',
      template: 'text',
      message_key: 'text?',
      subject_of: 'text?',
      to_address: 'text',
      to_name: 'text',
      sender: 'text',
      subject: 'text',
      html: 'text',
      plain: 'text',
      attachments: 'json',
      status: 'text',
      sends: 'int = 1',
      sealed_url: 'text?',
      attempts: 'int = 0',
      last_error: 'text?',
      sent_at: 'instant?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { unique: { uq_messages_key: 'message_key' }, index: { ix_messages_client: 'client_id, id' } },
  )
}
