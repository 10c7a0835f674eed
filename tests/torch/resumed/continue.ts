// A process of its own: goes on from the file of a checkpoint, and prints the losses. Arguments: the file, the step to stop at.
import * as torch from '@heddle/torch'
import { type Checkpoint, resumed, train } from './training.ts'

const [path = '', until = '0'] = process.argv.slice(2)
const losses = train(resumed(torch.load(path) as Checkpoint, 99), Number(until))
process.stdout.write(JSON.stringify(losses))
