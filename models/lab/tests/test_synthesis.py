"""Blur synthesis: each step on small generated images, checked by hand."""

import io
import math
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from lab.synthesis import BlurSynthesizer, Cutouts, PhotoBank, SynthesisConfig
from lab.synthesis.camera_path import camera_homographies, planar_path, shift
from lab.synthesis.colour import lift_highlights, to_encoded, to_linear
from lab.synthesis.frozen import digest, load_frozen
from lab.synthesis.jpeg import jpeg
from lab.synthesis.objects import soft_segment
from lab.synthesis.pool import Pool, make
from lab.synthesis.random_numbers import Dice
from lab.synthesis.sensor import bayer_masks, demosaic, noise, through_sensor
from lab.synthesis.tone import tone_curve
from lab.synthesis.warp import pixel_grid, warped

CPU = torch.device("cpu")
PLAIN: dict[str, Any] = {
    "identity_share": 0.0,
    "object_share": 0.0,
    "lift_share": 0.0,
    "video_average_share": 0.0,
    "noise_share": 0.0,
    "bayer_share": 0.0,
    "jpeg_share": 0.0,
    "tone_share": 0.0,
}


def dice(seed=0, dtype=torch.float32):
    return Dice(torch.Generator().manual_seed(seed), CPU, dtype)


def bank(seed=0, side=160):
    """Returns two photos of smooth noise."""
    g = torch.Generator().manual_seed(seed)
    rough = torch.rand(2, 3, side // 4, side // 4, generator=g)
    photos = torch.nn.functional.interpolate(rough, size=(side, side), mode="bilinear")
    return PhotoBank([(p * 255).byte() for p in photos])


def synthesize(seed=0, count=4, size=48, **changes):
    config = SynthesisConfig(**{**PLAIN, "min_length": 4, "max_length": 12, **changes})
    synthesizer = BlurSynthesizer(bank(), Cutouts([]), config, CPU)
    return synthesizer.batch(count, size, torch.Generator().manual_seed(seed))


def test_srgb_is_exact_and_invertible():
    x = torch.tensor([0.0, 0.02, 0.5, 1.0], dtype=torch.float64)
    assert to_linear(x)[2].item() == pytest.approx(0.21404114, abs=1e-7)
    assert torch.allclose(to_encoded(to_linear(x)), x, atol=1e-12)


def test_averaging_in_linear_light_is_brighter_than_averaging_code_values():
    """Half of the light is 0.735 encoded, not 0.5."""
    mean = to_linear(torch.tensor([0.0, 1.0])).mean()
    assert to_encoded(mean).item() == pytest.approx(0.7354, abs=1e-3)
    linear, video = synthesize(3), synthesize(3, video_average_share=1.0)
    assert torch.equal(linear.length, video.length)
    assert linear.blurred.mean() > video.blurred.mean() + 0.001


def test_lift_changes_only_nearly_clipped_pixels():
    x = torch.tensor([0.5, 0.95, 1.0]).reshape(1, 1, 1, 3).expand(1, 3, 1, 3)
    lifted = lift_highlights(x, torch.tensor([4.0]))[0, 0, 0]
    assert lifted[0] == 0.5 and lifted[2] == 4.0 and 0.95 < lifted[1] < 4.0


def test_paths_have_unit_length_and_are_centred():
    path = planar_path(dice(), 5, 33)
    steps = path.diff(dim=1).norm(dim=2).sum(1)
    assert ((steps > 0.9) & (steps <= 1.0 + 1e-5)).all()
    assert path.mean(1).abs().max() < 1e-6


def test_blur_has_the_given_length_and_varies_over_the_frame():
    length = torch.tensor([20.0])
    h = camera_homographies(
        dice(1), length, torch.tensor([[100.0, 50.0]]), torch.tensor([600.0]), 40
    )

    def travelled(point):
        p = h[0] @ torch.tensor([*point, 1.0])
        p = p[:, :2] / p[:, 2:]
        return float(p.diff(dim=0).norm(dim=1).sum())

    middle, corner = travelled((0.0, 0.0)), travelled((90.0, 90.0))
    assert 15 < middle < 26 and abs(corner - middle) > 0.05


def test_translation_homography_shifts_pixels():
    source = torch.zeros(1, 1, 9, 9)
    source[0, 0, 4, 6] = 1.0
    seen = warped(source, shift(torch.tensor([[2.0, 0.0]])), pixel_grid(5, source))
    assert seen[0, 0, 2, 2].item() == pytest.approx(1.0, abs=1e-5)


def test_a_point_light_becomes_a_streak_of_the_same_energy():
    source = torch.zeros(1, 1, 41, 41)
    source[0, 0, 20, 20] = 1.0
    path = planar_path(dice(2), 1, 64) * 12
    grid = pixel_grid(41, source)
    frames = [warped(source, shift(path[:, t]), grid) for t in range(64)]
    streak = torch.stack(frames).mean(0)
    assert streak.sum().item() == pytest.approx(1.0, abs=0.01)
    assert streak.max() < 0.4


def test_only_identity_pairs_are_identical():
    same = synthesize(identity_share=1.0)
    # At most one code value: the sensor undoes and redoes the white balance.
    assert (same.blurred - same.sharp).abs().max() <= 1.001 / 255 and same.length.max() == 0
    assert (synthesize().blurred - synthesize().sharp).abs().mean() > 0.002


def test_equal_seeds_give_equal_pairs():
    options = {
        "object_share": 0.5,
        "noise_share": 1.0,
        "jpeg_share": 1.0,
        "tone_share": 1.0,
        "bayer_share": 0.5,
    }
    a, b, c = synthesize(5, **options), synthesize(5, **options), synthesize(6, **options)
    assert torch.equal(a.blurred, b.blurred) and torch.equal(a.sharp, b.sharp)
    assert not torch.equal(a.blurred, c.blurred)


def test_noise_grows_with_the_signal():
    iso = torch.tensor([800.0])
    spread = [
        float((noise(torch.full((1, 1, 100, 100), v), iso, dice()) - v).std()) for v in (0.1, 0.4)
    ]
    assert spread[0] == pytest.approx(math.sqrt(8e-4 * 0.1 + 0.0032**2), rel=0.05)
    assert spread[1] / spread[0] == pytest.approx(
        math.sqrt((8e-4 * 0.4 + 0.0032**2) / (8e-4 * 0.1 + 0.0032**2)), rel=0.07
    )


def test_clipped_pixels_have_no_noise():
    light = torch.full((1, 3, 16, 16), 0.3)
    light[..., :8] = 1.7
    yes, no = torch.tensor([True]), torch.tensor([False])
    recorded = through_sensor(light, torch.tensor([3200.0]), yes, no, dice())
    assert (recorded[..., :8] == 1).all() and recorded[..., 8:].std() > 0.005


def test_demosaicing_keeps_flat_colour_and_measured_pixels():
    flat = torch.tensor([0.2, 0.5, 0.7]).view(1, 3, 1, 1).expand(1, 3, 12, 12)
    masks = bayer_masks(12, 12, flat)
    out = demosaic((flat * masks).sum(1, keepdim=True))
    assert torch.allclose(out, flat, atol=1e-6)
    assert torch.allclose(out * masks, flat * masks, atol=1e-6)
    grey = torch.full((1, 3, 12, 12), 0.4)
    assert torch.allclose(demosaic((grey * masks).sum(1, keepdim=True)), grey, atol=1e-6)


def test_tone_curve_keeps_black_and_white_and_is_monotone():
    x = torch.linspace(0, 1, 101).view(1, 1, 1, -1)
    y = tone_curve(x, torch.tensor([1.2]), torch.tensor([0.5])).flatten()
    assert y[0] < 1e-3 and y[-1] == pytest.approx(1.0) and (y.diff() >= 0).all()


@pytest.mark.parametrize("quality", [60, 90])
def test_jpeg_agrees_with_libjpeg(quality):
    """The error against Pillow's libjpeg is far below that of the compression."""
    image = bank(3, 64).photos[0]
    ours = jpeg(image[None].float() / 255, torch.tensor([float(quality)]), torch.tensor([False]))[0]
    file = io.BytesIO()
    Image.fromarray(image.permute(1, 2, 0).numpy()).save(
        file, "JPEG", quality=quality, subsampling=0
    )
    theirs = torch.from_numpy(np.array(Image.open(file))).permute(2, 0, 1).float() / 255
    own_error = (theirs - image.float() / 255).pow(2).mean().sqrt()
    assert (ours - theirs).pow(2).mean().sqrt() < 0.35 * own_error + 0.002


def test_objects_move_and_have_soft_edges():
    alpha = soft_segment(dice(1), 64)
    edge = (alpha > 0.05) & (alpha < 0.95)
    assert edge.float().mean() > 0.05 and alpha.max() > 0.9 > 0.1 > alpha.min()
    assert not torch.equal(synthesize(1, object_share=1.0).sharp, synthesize(1).sharp)


def test_an_empty_photo_bank_raises():
    with pytest.raises(ValueError, match="empty"):
        BlurSynthesizer(PhotoBank([]), Cutouts([]), SynthesisConfig(), CPU).batch(
            1, 32, torch.Generator()
        )


def test_load_frozen_rejects_other_bytes(tmp_path):
    blurred = np.zeros((1, 3, 8, 8), np.uint8)
    np.savez(tmp_path / "v.npz", blurred=blurred, sharp=blurred)
    assert digest(blurred, blurred) != digest(blurred, blurred + 1)
    with pytest.raises(ValueError, match="frozen"):
        load_frozen(tmp_path / "v.npz")


def test_pool_returns_stored_pairs_turned_at_random(tmp_path):
    """Every patch is a whole stored pair; blurred and sharp are turned alike."""
    synthesizer = BlurSynthesizer(
        bank(), Cutouts([]), SynthesisConfig(**PLAIN, min_length=4, max_length=12), CPU
    )
    for seed, count in ((1, 10), (2, 3)):
        make(synthesizer, count, 48, seed, tmp_path / f"{seed}.npy")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.npy", "2.npy"]
    made = synthesizer.batch(8, 48, torch.Generator().manual_seed(1))
    pool = Pool.load(tmp_path, CPU)
    assert torch.equal(torch.from_numpy(pool.parts[0][:8, 0].copy()).float() / 255, made.blurred)

    def sums(pairs):
        """Returns sorted sums of the colour planes, which swapping channels does not change."""
        return {tuple(sorted(zip(*pair.sum(axis=(2, 3)).tolist(), strict=True))) for pair in pairs}

    read = pool.batch(40, 48, torch.Generator().manual_seed(5))
    found = sums(torch.stack((read.blurred, read.sharp), dim=1).mul(255).round().long())
    assert found <= set.union(*map(sums, pool.parts)) and len(found) > 8
    again = pool.batch(40, 48, torch.Generator().manual_seed(5))
    assert torch.equal(read.blurred, again.blurred)


def test_pool_cuts_blurred_and_sharp_at_the_same_position(tmp_path):
    still = BlurSynthesizer(
        bank(), Cutouts([]), SynthesisConfig(**PLAIN | {"identity_share": 1.0}), CPU
    )
    make(still, 8, 48, 1, tmp_path / "1.npy")
    pair = Pool.load(tmp_path, CPU).batch(8, 20, torch.Generator().manual_seed(0))
    assert (
        pair.blurred.shape == (8, 3, 20, 20)
        and (pair.blurred - pair.sharp).abs().max() <= 1.001 / 255
    )
    with pytest.raises(ValueError, match="64"):
        Pool.load(tmp_path, CPU).batch(1, 64, torch.Generator())
    with pytest.raises(FileNotFoundError, match=r"lab\.synthesis\.pool"):
        Pool.load(tmp_path / "none", CPU)
