// A part of a batch on the device: uploaded, centred, its transfer computed, by the same formation that training's slices have.
import type { FactorImages } from '../../factors/factor-sums.ts';
import { shaders } from '../generated/shaders.ts';
import { shaderSource } from '../gpu/source.ts';
import { ctfPolynomials, transferPolynomials } from '../slices/polynomials.ts';
import { imagePlanes, PLANE_FLOATS } from './image-planes.ts';
import type { BatchPart, Summing } from './summing.ts';

const WORKGROUP = 64;

/** `first`: its place in the batch; `number`: that of the part, whose buffers it takes. Error 'out-of-memory'. */
export async function uploadPart(
  summing: Summing,
  images: FactorImages,
  { first, number }: { first: number; number: number },
): Promise<BatchPart> {
  const { gpu, pool, points, request } = summing;
  const { count } = images;
  const take = (name: string, bytes: number) => pool.take(`${name} ${number}`, bytes);
  const planes = imagePlanes(images.rotations, count, request.grid.oversampling);
  const part: BatchPart = {
    ...{ first, count, planes },
    values: await take('values', 8 * count * points.count),
    transfers: await take('transfers', 4 * count * points.count),
    axes: await take('axes', 32 * count),
    groups: await take('groups', 4 * count),
  };
  gpu.write(part.axes, axesOf(planes.rows, count));
  gpu.write(part.groups, images.groups ? Uint32Array.from(images.groups) : new Uint32Array(count));
  await prepare(summing, images, part);
  return part;
}

function axesOf(rows: Float32Array, count: number): Float32Array<ArrayBuffer> {
  const axes = new Float32Array(8 * count);
  for (let i = 0; i < count; i++) axes.set(rows.subarray(PLANE_FLOATS * i + 12, PLANE_FLOATS * i + 20), 8 * i);
  return axes;
}

/** The images as given are needed no longer once this was sent off: all parts share their buffer. */
async function prepare(
  { gpu, dispatcher, pool, points, tables }: Summing,
  { count, images, translations, ctf, optics }: FactorImages,
  { values, transfers }: BatchPart,
): Promise<void> {
  const withOptics = Boolean(ctf && optics);
  const polynomials = ctf && (optics ? transferPolynomials(ctf, optics, 0, count) : ctfPolynomials(ctf, 0, count));
  const upload = async (name: string, data: Float32Array) => {
    const view = await pool.take(name, data.byteLength);
    gpu.write(view, data);
    return view;
  };
  const constants = {
    ...{ POINTS: points.lattice.points, HALF_POINTS: points.count, WORKGROUP },
    ...{ SHIFTED: translations !== null, WITH_CTF: ctf !== null },
  };
  const groups = Math.ceil(points.count / WORKGROUP);
  const { pairs } = tables;
  await dispatcher.add({
    label: `prepare${translations ? ', shifted' : ''}${withOptics ? ', optics' : ctf ? ', CTF' : ''}`,
    source: () =>
      shaderSource(constants, [
        shaders['trigonometry/trigonometry'],
        shaders['slices/shifted'],
        shaders[withOptics ? 'slices/transfer-optics' : 'slices/transfer'],
        shaders['factors/prepare'],
      ]),
    views: [
      ...[null, pairs, await upload('images', images)],
      ...[translations ? await upload('translations', translations) : pairs],
      ...[polynomials ? await upload('polynomials', polynomials) : pairs],
      ...[values, transfers],
    ],
    parameters: [count, groups],
    parametersAt: 0,
    workgroups: count * groups,
    flops: 100 * count * points.count,
    bytes: 20 * count * points.count,
  });
  await dispatcher.send();
}
