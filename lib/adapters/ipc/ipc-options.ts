import type { OptionRules } from '../adapter-options.js'

import { pathProblem } from './ipc-path.js'

export const ipcRules = {
  schemes: ['ipc'],
  checks: {},
  oneServer: 'the processes of a machine meet at one socket',
  uriProblem: pathProblem
} as const satisfies OptionRules
