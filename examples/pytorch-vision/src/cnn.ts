// A convolutional network learns to tell handwritten digits apart, as in PyTorch's first example of vision:
// `node --conditions=source examples/pytorch-vision/src/cnn.ts`.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import { type Batch, type Counts, digitsOf, type Images } from './digits.ts'

type Tensor = torch.Tensor
type Loader = torch.utils.data.DataLoader<Batch>

const { functional: F } = nn
const { progress } = torch.utils
const { DataLoader } = torch.utils.data

export const settings = {
  seed: 1,
  epochs: 2,
  batchSize: 64,
  learningRate: 1,
  gamma: 0.7,
  counts: { training: 400, evaluation: 100 } satisfies Counts,
}

class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 32, 3, 1)
  conv2 = new nn.Conv2d(32, 64, 3, 1)
  dropout1 = new nn.Dropout(0.25)
  dropout2 = new nn.Dropout(0.5)
  fc1 = new nn.Linear(9216, 128)
  fc2 = new nn.Linear(128, 10)

  override forward(images: Tensor): Tensor {
    let x = F.relu(this.conv1(images))
    x = F.relu(this.conv2(x))
    x = this.dropout1(F.maxPool2d(x, 2))
    x = F.relu(this.fc1(torch.flatten(x, 1)))
    return F.logSoftmax(this.fc2(this.dropout2(x)), 1)
  }
}

/** The program before its first step; all that is drawn comes from the seed, whatever the device. */
export function prepare(images: Images, device = 'cpu') {
  torch.manualSeed(settings.seed)
  const { training, evaluation } = digitsOf(images, settings.counts)
  const trainingLoader: Loader = new DataLoader(training, {
    batchSize: settings.batchSize,
    shuffle: true,
  })
  const evaluationLoader: Loader = new DataLoader(evaluation, { batchSize: 250 })
  const model = new Net().to(device)
  const optimizer = new optim.Adadelta(model.parameters(), { lr: settings.learningRate })
  return { trainingLoader, evaluationLoader, model, optimizer }
}

/** One pass over the training images: gives the loss of each step. */
export function* train(model: Net, loader: Loader, optimizer: optim.Optimizer): Generator<number> {
  model.train()
  const { device } = model.fc1.weight
  for (const [images, labels] of loader) {
    optimizer.zeroGrad()
    const loss = F.nllLoss(model(images.to(device)), labels.to(device))
    loss.backward()
    optimizer.step()
    yield loss.item()
  }
}

interface Evaluation {
  /** The mean over all images. */
  readonly loss: number
  /** How many are classified right, */
  readonly correct: number
  /** and how many there are. */
  readonly count: number
}

export function evaluate(model: Net, loader: Loader): Evaluation {
  using _ = torch.noGrad()
  model.eval()
  let [loss, correct, count] = [0, 0, 0]
  const { device } = model.fc1.weight
  for (const [images, classes] of loader) {
    const [output, labels] = [model(images.to(device)), classes.to(device)]
    loss += F.nllLoss(output, labels, { reduction: 'sum' }).item()
    correct += Number(output.argmax(1).eq(labels).sum().item())
    count += labels.size(0)
  }
  return { loss: loss / count, correct, count }
}

function main(images: Images): void {
  const { trainingLoader, evaluationLoader, model, optimizer } = prepare(images)
  const scheduler = new optim.lrScheduler.StepLR(optimizer, 1, settings.gamma)
  for (let epoch = 1; epoch <= settings.epochs; epoch++) {
    const steps = train(model, trainingLoader, optimizer)
    const bar = progress(steps, { total: trainingLoader.length, desc: `Train epoch ${epoch}` })
    let sum = 0
    for (const loss of bar) {
      bar.setPostfix({ loss })
      sum += loss
    }
    console.log(`Train epoch ${epoch}: mean loss ${(sum / trainingLoader.length).toFixed(4)}`)
    const { loss, correct, count } = evaluate(model, evaluationLoader)
    console.log(
      `Test set: mean loss ${loss.toFixed(4)}, accuracy ${correct}/${count} (${(100 * correct) / count}%)\n`,
    )
    scheduler.step()
  }
}

if (import.meta.main) main((await import('./load-digits.ts')).loadDigits())
