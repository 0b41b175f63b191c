import type { EggSeed } from '../nests.ts'

export const valheim: EggSeed = {
  name: 'Valheim',
  description: 'A Valheim dedicated server.',
  docker_images: { Debian: 'registry.panel.example/games:valheim' },
  startup: './valheim_server.x86_64 -name "{{SERVER_NAME}}" -port {{SERVER_PORT}} -world "{{WORLD}}"',
  stop: '^C',
  variables: [
    {
      name: 'Server name',
      description: 'The name in the public server list.',
      env_variable: 'SERVER_NAME',
      default_value: 'A Valheim server',
      user_viewable: true,
      user_editable: true,
      rules: 'required|string|max:60',
    },
    {
      name: 'World',
      description: 'The file name of the world.',
      env_variable: 'WORLD',
      default_value: 'Midgard',
      user_viewable: true,
      user_editable: true,
      rules: 'required|alpha_dash|max:20',
    },
    {
      name: 'Password',
      description: 'What players enter to join.',
      env_variable: 'PASSWORD',
      default_value: 'secret-hall',
      user_viewable: true,
      user_editable: true,
      rules: 'required|string|min:5|max:20',
    },
    {
      name: 'Listed publicly',
      description: 'Whether the server is shown in the public list.',
      env_variable: 'PUBLIC_SERVER',
      default_value: '1',
      user_viewable: true,
      user_editable: true,
      rules: 'required|boolean',
    },
  ],
}
