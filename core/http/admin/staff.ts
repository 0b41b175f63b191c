import { sql } from '../../db/index.ts'
import {
  changeRole,
  changeStaff,
  createRole,
  createStaff,
  deleteRole,
  disableStaff,
  enableStaff,
} from '../../identity/index.ts'
import type { FormBody } from '../context.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { Act, Section } from './pages.ts'
import { newStaff, roleList, rolePage, staffList, staffPage } from './views/staff.ts'

export const staff: Section = {
  pages: [
    { path: '/staff', permission: 'staff.list', draw: staffList },
    { path: '/staff/new', permission: 'staff.create', draw: newStaff },
    { path: '/staff/:id', permission: 'staff.list', draw: staffPage },
    { path: '/roles', permission: 'role.list', draw: roleList },
    { path: '/roles/new', permission: 'role.create', draw: rolePage },
    { path: '/roles/:id', permission: 'role.list', draw: rolePage },
  ],
  acts: [
    { path: '/staff', permission: 'staff.create', again: newStaff, act: invite },
    { path: '/staff/:id', permission: 'staff.change', again: staffPage, act: change },
    { path: '/staff/:id/disable', permission: 'staff.disable', again: staffPage, act: turn('disable') },
    { path: '/staff/:id/enable', permission: 'staff.enable', again: staffPage, act: turn('enable') },
    { path: '/roles', permission: 'role.create', again: rolePage, act: addRole },
    { path: '/roles/:id', permission: 'role.change', again: rolePage, act: editRole },
    { path: '/roles/:id/remove', permission: 'role.delete', again: rolePage, act: removeRole },
  ],
}

async function invite({ means, actor, t }: Desk, { form }: Asked) {
  const input = { name: textOf(form, 'name'), email: textOf(form, 'email'), role_id: textOf(form, 'role_id') }
  const { id } = await createStaff(means, input, actor)
  return { href: `/admin/staff/${id}`, message: t('admin.staff.done.invited', { email: input.email }) }
}

/** Brands stay as they are: absent would mean all of them. */
async function change({ means, actor, t }: Desk, { form, params }: Asked) {
  const row = await means.db.get<{ brand_ids: string | null }>(
    sql`select brand_ids from staff where id = ${params.id!}`,
  )
  const brand_ids = row?.brand_ids ? (JSON.parse(row.brand_ids) as string[]) : null
  await changeStaff(means, { staff_id: params.id, role_id: textOf(form, 'role_id'), brand_ids }, actor)
  return { href: `/admin/staff/${params.id!}`, message: t('admin.staff.done.changed') }
}

function turn(name: 'disable' | 'enable'): Act['act'] {
  return async ({ means, actor, t }, { params }) => {
    await (name === 'disable' ? disableStaff : enableStaff)(means, { staff_id: params.id }, actor)
    return { href: `/admin/staff/${params.id!}`, message: t(`admin.staff.done.${name}`) }
  }
}

const roleOf = (form: FormBody) => ({
  name: textOf(form, 'name'),
  permissions: [
    ...new Set(
      textOf(form, 'patterns')
        .split(/[\s,]+/)
        .filter(Boolean),
    ),
  ],
})

async function addRole({ means, actor, t }: Desk, { form }: Asked) {
  const { id } = await createRole(means, roleOf(form), actor)
  return { href: `/admin/roles/${id}`, message: t('admin.roles.done.created') }
}

async function editRole({ means, actor, t }: Desk, { form, params }: Asked) {
  await changeRole(means, { role_id: params.id, ...roleOf(form) }, actor)
  return { href: `/admin/roles/${params.id!}`, message: t('admin.roles.done.changed') }
}

async function removeRole({ means, actor, t }: Desk, { params }: Asked) {
  await deleteRole(means, { role_id: params.id }, actor)
  return { href: '/admin/roles', message: t('admin.roles.done.removed') }
}
