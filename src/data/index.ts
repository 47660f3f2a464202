export { type CsvOptions, csvLines, parseCsv, readCsv, writeCsv } from "./csv.js";
export {
  ArrayDataset,
  type Batch,
  type Dataset,
  Subset,
} from "./dataset.js";
export { type EncodedTable, type EncodeOptions, encodeTable } from "./encode.js";
export { atomicWriteFile, type ReadOptions, readBytes } from "./files.js";
export { type FitOptions, fitTable } from "./fit.js";
export { parseIdx, readIdx } from "./idx.js";
export { DataLoader, type DataLoaderOptions, type LoadedBatch } from "./loader.js";
export { type LabelledImages, loadMnist } from "./mnist.js";
export {
  type ArrayStorage,
  elementCount,
  type NdArray,
  ndarray,
  takeRows,
  toNdArray,
  toShared,
} from "./ndarray.js";
export { encodeNpy, parseNpy, readNpy, writeNpy } from "./npy.js";
export { readArray } from "./read-array.js";
export {
  encodeSafetensors,
  parseSafetensors,
  readSafetensors,
  type Safetensors,
  writeSafetensors,
} from "./safetensors.js";
export {
  DistributedSampler,
  type DistributedSamplerOptions,
  epochOrder,
  globalBatches,
  type OrderOptions,
  partition,
  type Sampler,
} from "./sampler.js";
export {
  type BinaryTarget,
  type BooleanColumn,
  type CategoryColumn,
  type ClassTarget,
  checkTableSchema,
  featureNames,
  type InputColumn,
  type NumberColumn,
  type NumberTarget,
  type TableSchema,
  type TargetColumn,
} from "./schema.js";
export { type Split, type SplitOptions, splitDataset, splitIndices } from "./split.js";
export { Table } from "./table.js";
export { encodeTargets, type FitTargetsOptions, fitTargets } from "./targets.js";
