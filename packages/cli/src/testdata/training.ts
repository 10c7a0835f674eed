import { sgd, trainingStep } from '@heddle/compiler'
import mlp from './mlp.ts'

export default trainingStep(mlp, { loss: 'loss', optimizer: sgd({ rate: 0.5, momentum: 0.9 }) })
