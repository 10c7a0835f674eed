// Training runs on WebGL2: the losses are PyTorch's, each step is one plan, and no memory of the device is kept.
import * as torch from '@heddle/torch'
import { afterAll, beforeAll, describe } from 'vitest'
import { describeTraining } from './training.ts'

beforeAll(() => torch.setDefaultDevice('webgl'))
afterAll(() => torch.setDefaultDevice('cpu'))

describe('a training run', () => describeTraining(2e-3))
