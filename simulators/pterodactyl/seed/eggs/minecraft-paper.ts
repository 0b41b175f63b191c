import type { EggSeed } from '../nests.ts'

export const minecraftPaper: EggSeed = {
  name: 'Paper',
  description: 'A fast Minecraft server that takes plugins.',
  docker_images: {
    'Java 21': 'registry.panel.example/yolks:java_21',
    'Java 17': 'registry.panel.example/yolks:java_17',
  },
  startup: 'java -Xms128M -Xmx{{SERVER_MEMORY}}M -jar {{SERVER_JARFILE}}',
  stop: 'stop',
  variables: [
    {
      name: 'Minecraft version',
      description: 'The version to install, or "latest".',
      env_variable: 'MINECRAFT_VERSION',
      default_value: 'latest',
      user_viewable: true,
      user_editable: true,
      rules: 'nullable|string|max:20',
    },
    {
      name: 'Server jar file',
      description: 'The file that is started.',
      env_variable: 'SERVER_JARFILE',
      default_value: 'server.jar',
      user_viewable: true,
      user_editable: true,
      rules: 'required|regex:/^([\\w\\d._-]+)(\\.jar)$/',
    },
    {
      name: 'Build number',
      description: 'The build to install, or "latest".',
      env_variable: 'BUILD_NUMBER',
      default_value: 'latest',
      user_viewable: true,
      user_editable: true,
      rules: 'required|string|max:20',
    },
  ],
}
