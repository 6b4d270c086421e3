#!/usr/bin/python3
"""Backprojection image by image in NumPy, as programs do it that insert a slice at a time: what `bench/backprojection.ts` is held against.

Each image: window, centred Hartley transform, symmetrised to (D+1)², divided by nothing; shift as a phase; CTF; the points inside D/2
spread trilinearly over eight neighbours of a (D+1)³ grid, values times the CTF and its square. Two half maps by turns; the map is the
quotient of the sums. Time of the loop over images alone is printed, as images per second of wall clock and of one thread's CPU time.
"""
import argparse, json, os, pickle, resource, struct, time
for name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS'):
    os.environ.setdefault(name, '1')
import numpy as np


def ctf_at(s2, angle, row):
    _, _, dfu, dfv, dfang, volt, cs, w, phase = [float(v) for v in row]
    volt *= 1000
    lam = 12.2639 / np.sqrt(volt + 0.97845e-6 * volt ** 2)
    df = .5 * (dfu + dfv + (dfu - dfv) * np.cos(2 * (angle - np.radians(dfang))))
    gamma = 2 * np.pi * (-.5 * df * lam * s2 + .25 * cs * 1e7 * lam ** 3 * s2 ** 2) - np.radians(phase)
    return np.sqrt(1 - w * w) * np.sin(gamma) - w * np.cos(gamma)


def main():
    p = argparse.ArgumentParser()
    p.add_argument('stack'); p.add_argument('--poses', required=True); p.add_argument('--ctf')
    p.add_argument('--first', type=int, default=2000, help='images that are inserted')
    p.add_argument('-o', help='.npy of the map')
    a = p.parse_args()
    with open(a.stack, 'rb') as f:
        head = f.read(1024)
    nx, ny, nz, mode = struct.unpack_from('<4i', head, 0)
    assert mode == 2 and nx == ny
    D = nx
    stack = np.memmap(a.stack, np.float32, 'r', 1024 + struct.unpack_from('<i', head, 92)[0], (nz, D, D))
    rot, trans = pickle.load(open(a.poses, 'rb'))
    ctf = pickle.load(open(a.ctf, 'rb')) if a.ctf else None
    g = np.arange(D) - D // 2
    r = np.hypot(*np.meshgrid(g, g)) / (D // 2)
    window = np.clip((.99 - r) / (.99 - .85), 0, 1).astype(np.float32)
    k = np.arange(D + 1) - D // 2
    kx, ky = np.meshgrid(k, k)
    mask = (np.hypot(kx, ky) <= D // 2).ravel()
    kx, ky = [v.ravel()[mask].astype(np.float64) for v in (kx, ky)]
    mirror = np.arange((D + 1) ** 2)[::-1].reshape(-1)
    lattice = np.stack([kx, ky, np.zeros_like(kx)], 1)
    side = D + 3
    sums = np.zeros((2, side ** 3)); counts = np.zeros((2, side ** 3))
    angle = np.arctan2(ky, kx)
    corners = [(dz, dy, dx) for dz in (0, 1) for dy in (0, 1) for dx in (0, 1)]
    n = min(a.first, nz)
    begun, cpu = time.time(), time.process_time()
    for i in range(n):
        x = np.fft.fftshift(np.fft.fft2(np.fft.fftshift(stack[i] * window)))
        h = x.real - x.imag
        s = np.empty((D + 1, D + 1)); s[:D, :D] = h; s[D, :D] = h[0]; s[:, D] = s[:, 0]
        flat = -s.ravel()
        t = trans[i] if np.abs(trans).max() <= .5 else trans[i] / D
        phase = 2 * np.pi * (kx * t[0] + ky * t[1])
        y = np.cos(phase) * flat[mask] + np.sin(phase) * flat[mirror][mask]
        c = ctf_at((kx ** 2 + ky ** 2) / (D * ctf[i, 1]) ** 2, angle, ctf[i]) if ctf is not None else 1.
        at = lattice @ rot[i] + side // 2
        low = np.floor(at).astype(np.int64); f = at - low
        share = np.concatenate([np.abs(1 - dx - f[:, 0]) * np.abs(1 - dy - f[:, 1]) * np.abs(1 - dz - f[:, 2])
                                for dz, dy, dx in corners])
        first = (low[:, 2] * side + low[:, 1]) * side + low[:, 0]
        to = np.concatenate([first + (dz * side + dy) * side + dx for dz, dy, dx in corners])
        # Neighbours of an image's points coincide: sums, not assignments. One count over the grid is quicker than np.add.at.
        sums[i % 2] += np.bincount(to, share * np.tile(c * y, 8), side ** 3)
        counts[i % 2] += np.bincount(to, share * np.tile(c * c * np.ones_like(y), 8), side ** 3)
    seconds, cpu = time.time() - begun, time.process_time() - cpu
    total, weight = sums.sum(0), counts.sum(0)
    hartley = (total / (weight + weight.mean())).reshape(side, side, side)[1:D + 1, 1:D + 1, 1:D + 1]
    if a.o:
        F = np.fft.fftshift(np.fft.fftn(np.fft.fftshift(hartley)))
        np.save(a.o, ((F.real - F.imag) / D ** 3).astype(np.float32))
    print(json.dumps({'images': n, 'box': D, 'imagesPerSecond': n / seconds, 'imagesPerCpuSecond': n / cpu,
                      'rssMegabytes': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


main()
