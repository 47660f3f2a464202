// Trains a classifier of handwritten digits on every core, in a few lines.
//   tutti run examples/mnist.ts
import { world } from "tutti/comm";
import { ArrayDataset, loadMnist } from "tutti/data";
import { CrossEntropy, mlp } from "tutti/nn";
import { Adam } from "tutti/optim";
import { cast, mul, reshape } from "tutti/tensor";
import { fit } from "tutti/train";

const comm = world();
const { train, test } = loadMnist();
fit(mlp([784, 256, 10]), new ArrayDataset(train.images, train.labels), {
  comm,
  loss: new CrossEntropy(),
  optimizer: (parameters) => new Adam(parameters, { lr: 1e-3 }),
  epochs: 3,
  batchSize: 128,
  prepare: ({ inputs, targets }) => ({
    inputs: mul(cast(reshape(inputs, [inputs.shape[0], 784]), "float32"), 1 / 255),
    targets,
  }),
  validation: new ArrayDataset(test.images, test.labels),
  onRecord: ({ epoch, loss, validationAccuracy: accuracy }) => {
    if (accuracy)
      console.log(`epoch ${epoch}  loss ${loss?.toFixed(4)}  test accuracy ${accuracy.toFixed(4)}`);
  },
});
