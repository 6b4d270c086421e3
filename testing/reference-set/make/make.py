"""Step 2 of make.sh: everything in reference-set/ from the simulator's numbers. Run: python3 make.py RAW OUT

Needs NumPy, SciPy, PyYAML and PyTorch (made with 1.24.2, 1.10.1, 6.0 and 1.13.1).
"""
import json
import pickle
import sys
from pathlib import Path

import numpy as np
import torch
import yaml

import figures
import fourier
import network
import writers

raw, out = Path(sys.argv[1]), Path(sys.argv[2])
set_ = json.loads((raw / "set.json").read_text())
load = lambda name: np.load(raw / f"{name}.npy")
images, rotations, translations, ctf = load("images"), load("rotations"), load("translations"), load("ctf")
state, angle, weights = load("state"), load("angle"), load("weights")
box, size, count = set_["boxPixels"], set_["pixelSizeAngstrom"], set_["count"]
float32 = lambda array: np.asarray(array, np.float32)
EPOCHS = 30


def write_particles():
    writers.write_mrc(out / "particles.mrcs", images, size)
    writers.write_mrc(out / "half-floats.mrcs", images[:4].astype(np.float16), size)
    pickle.dump((rotations, translations), (out / "poses.pkl").open("wb"))
    pickle.dump(ctf, (out / "ctf.pkl").open("wb"))
    pickle.dump(np.arange(3, count, 7), (out / "ind.pkl").open("wb"))
    rows = "".join(f"{int(s)},{a:.5f}\n" for s, a in zip(state, angle))
    (out / "labels.csv").write_text("state,angle_rad\n" + rows)
    set_of = (set_, rotations, translations, ctf)
    ten = (set_, rotations[:10], translations[:10], ctf[:10])
    (out / "particles.star").write_text(writers.star_31(*set_of))
    (out / "relion30.star").write_text(writers.star_30(*ten, with_poses=True))
    (out / "relion30-no-poses.star").write_text(writers.star_30(*ten, with_poses=False))
    writers.write_cs(out / "particles.cs", writers.cs_table(*set_of, with_poses=True))
    writers.write_cs(out / "no-poses.cs", writers.cs_table(*ten, with_poses=False))


def write_images_made_here():
    """The true maps and some images without noise, by another's formula than the simulator's."""
    for s in (0, set_["states"] - 1):
        positions = load(f"positions_{s}")
        writers.write_mrc(out / f"truth_{s:03d}.mrc", float32(fourier.density(positions, weights, set_)), size, True)
    chosen = [i for i in range(count) if state[i] in (0, set_["states"] - 1)][:4]
    made = [
        fourier.projection(load(f"positions_{int(state[i])}"), weights, rotations[i], translations[i], ctf[i], set_)
        for i in chosen
    ]
    np.save(out / "without-noise.npy", float32(made))
    return chosen


def imaging():
    lattice = fourier.Lattice(box)
    values, deviation = fourier.preprocess(images)
    np.save(out / "preprocessed.npy", float32(values[:3]))
    moved = fourier.shift(values[:3, lattice.mask], lattice, translations[:3].astype(np.float64) * box)
    np.save(out / "shifted.npy", float32(moved))
    rows = ctf[:4].astype(np.float64)
    rows[1, 8], rows[2, 2:5], rows[3, 5:8] = 90, (21000, 9000, 37), (200, 1.4, 0.07)
    np.save(out / "ctf-values.npy", float32([*fourier.ctf(rows, lattice.points), fourier.ctf(rows[:1], lattice.points, 80)[0]]))
    return {"standardDeviation": deviation, "ctfRows": rows.tolist(), "bFactor": 80}


def write_model(name, model, optimizer, deviation):
    folder = out / name
    folder.mkdir(exist_ok=True)
    width, layers = model.encoder.main[0].out_features, sum(isinstance(m, network.Residual) for m in model.encoder.main)
    config = {
        "dataset_args": {
            **{"ctf": "ctf.pkl", "datadir": None, "do_pose_sgd": False, "ind": None, "invert_data": True},
            **{"keepreal": False, "norm": [0.0, float(deviation)], "particles": "particles.mrcs", "poses": "poses.pkl"},
            **{"window": True, "window_r": 0.85},
        },
        "lattice_args": {"D": box + 1, "extent": 0.5, "ignore_DC": True},
        "model_args": {
            **{"activation": "relu", "domain": model.domain, "enc_mask": box // 2, "encode_mode": "resid"},
            **{"feat_sigma": 0.5, "pdim": width, "pe_dim": None, "pe_type": "gaussian", "players": layers},
            **{"qdim": width, "qlayers": layers, "zdim": model.zdim},
            "tilt_params": {"ntilts": 10, "t_emb_dim": 64, "tdim": 1024, "tlayers": 3},
        },
        "seed": 0,
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    states = {"epoch": EPOCHS, "model_state_dict": model.state_dict(), "optimizer_state_dict": optimizer.state_dict()}
    torch.save(states, folder / f"weights.{EPOCHS}.pkl")


def fourier_model():
    data, deviation = network.training_data(images, rotations, translations, ctf, torch.float32)
    torch.manual_seed(0)
    model = network.Model(box, 4, 32, 2, "fourier")
    optimizer = network.train(model, data, EPOCHS, 8, 2e-3, model.parameters())
    write_model("fourier", model, optimizer, deviation)
    exact, _ = network.training_data(images, rotations, translations, ctf, torch.float64)
    model = model.double()
    with torch.no_grad():
        mu, log_variance = (float32(found) for found in model.encode(exact["images"], exact["ctf"]))
    with (out / f"fourier/z.{EPOCHS}.pkl").open("wb") as file:
        pickle.dump(mu, file)
        pickle.dump(log_variance, file)
    picks = [int(np.flatnonzero(state == s)[0]) for s in (0, set_["states"] - 1)]
    maps = [model.volume(mu[pick].astype(np.float64), deviation) for pick in picks]
    for number, map_ in enumerate(maps, 1):
        writers.write_mrc(out / f"fourier/vol_{number:03d}.mrc", float32(map_), size, True)
    rows, noise = torch.arange(5, 11), torch.randn(6, model.zdim)
    return mu.astype(np.float64), maps, {"picks": picks, "step": step(model, exact, rows, noise.double())}


def hartley_model():
    """One value a point; the encoder stays as it was drawn, so that Adam has moments of the decoder's parameters alone."""
    data, deviation = network.training_data(images, rotations, translations, ctf, torch.float32)
    torch.manual_seed(1)
    model = network.Model(box, 2, 8, 1, "hartley")
    for parameter in model.encoder.parameters():
        parameter.requires_grad = False
    optimizer = network.train(model, data, EPOCHS, 16, 2e-3, model.parameters())
    write_model("hartley", model, optimizer, deviation)
    model = model.double()
    points = torch.tensor(np.random.default_rng(0).uniform(-0.28, 0.28, (1, 20, 3)).astype(np.float32)).double()
    z = torch.tensor([[0.75, -1.5]]).double()
    with torch.no_grad():
        values = model.hartley_at(points, z)[0]
    return {"points": points.flatten().tolist(), "z": z[0].tolist(), "values": values.tolist()}


def step(model, exact, rows, noise):
    """One training step in float64: losses and, of each parameter, the gradient's size and every 97th value."""
    model.zero_grad()
    losses = model.losses(exact, rows, noise)
    model.total(losses, 1 / model.zdim).backward()
    gradients = {
        name: {"norm": p.grad.norm().item(), "every97th": p.grad.flatten()[::97].tolist()}
        for name, p in model.named_parameters()
        if p.requires_grad
    }
    error, kl = (loss.item() for loss in losses)
    return {"images": rows.tolist(), "noise": noise.flatten().tolist(), "error": error, "kl": kl, "gradients": gradients}


out.mkdir(exist_ok=True)
write_particles()
expected = {"withoutNoise": write_images_made_here(), **imaging()}
mu, maps, expected["fourier"] = fourier_model()
expected["hartley"] = hartley_model()
shares, axes, projections = figures.principal_components(mu)
expected["components"] = {"shares": shares.tolist(), "axes": axes.tolist(), "row123": projections[123].tolist()}
expected["spread5"] = figures.least_spread(mu, 5)
pc1, neighbours = figures.latent_scores(mu, state)
expected["latents"] = {"sum": float(mu.sum()), "spearmanPc1": pc1, "spearmanNeighbours": neighbours}
truths = [writers.read_mrc(out / f"truth_{s:03d}.mrc").astype(np.float64) for s in (0, set_["states"] - 1)]
maps = [writers.read_mrc(out / f"fourier/vol_{number:03d}.mrc").astype(np.float64) for number in (1, 2)]
curves, area, mean, deviation = figures.map_scores(zip(maps, truths))
curves.append(fourier.fourier_shells(*truths))
expected["maps"] = {
    **{"curves": [curve.tolist() for curve in curves], "fscArea": area},
    **{"resolutionPixels": mean, "resolutionPixelsDeviation": deviation},
}
(out / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
print(f"Spearman of PC1 {pc1:.3f}, of neighbours {neighbours:.3f}; FSC area {area:.3f}")
