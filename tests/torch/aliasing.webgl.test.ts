// Views and writes through them on WebGL2: of each view every seventh write, another one for each view.
import * as torch from '@heddle/torch'
import { afterAll, beforeAll } from 'vitest'
import { describeAliasing } from './aliasing.ts'

beforeAll(() => torch.setDefaultDevice('webgl'))
afterAll(() => torch.setDefaultDevice('cpu'))

describeAliasing((view, run) => (view + run) % 7 === 0)
